/** What PlanetScale says of an error, as the book reads it; whoever wrote the value in it. */
import { DatabaseError } from '@planetscale/database';
import { describe, expect, test } from 'vitest';
import { BookRefusedError } from '../../../origin/settle/book.ts';
import { isDuplicateKey, isWorthRepeating } from '../../../origin/settle/mysql-errors.ts';
import {
  isSchemaFrozen,
  leavesSessionUsable,
  toPlanetscaleError,
} from '../../../origin/settle/planetscale-errors.ts';

const TABLET = 'target: db.-.primary: vttablet: rpc error: code = ';
const read = (message: string, status = 400, code = 'UNKNOWN') =>
  toPlanetscaleError(new DatabaseError(message, status, { message, code }), 'host');

describe.each([
  ['vttablet', TABLET, ' (CallerID: x): Sql: "insert …", BindVars: {}'],
  ['a simulator', '', ' during query: insert …'],
])('as %s says it', (_who, before, after) => {
  const prefix = (code: string) => (before === '' ? '' : `${before}${code} desc = `);

  test('a duplicate key is one, whatever its value says', () => {
    for (const value of ['a', 'x (errno 1213) (sqlstate 40001)', "' (CallerID: x): Sql: "]) {
      const words = `Duplicate entry '${value}' for key 'orders.one_live_order'`;
      const text = `${prefix('AlreadyExists')}${words} (errno 1062) (sqlstate 23000)${after}`;
      expect(isDuplicateKey(read(text))).toBe(true);
    }
  });

  test('a duplicate key is one without its number too', () => {
    const text = `${prefix('AlreadyExists')}Duplicate entry 'a' for key 'PRIMARY'`;
    expect(isDuplicateKey(read(text))).toBe(true);
  });

  test('a statement that talks of a duplicate key is none', () => {
    const text = `${prefix('Aborted')}Deadlock found (errno 1213) (sqlstate 40001)${after}`;
    const error = read(`${text} desc = Duplicate entry 'x' (errno 1062) (sqlstate 23000)`);
    expect(isDuplicateKey(error)).toBe(false);
    expect(isWorthRepeating(error)).toBe(true);
    expect(leavesSessionUsable(error)).toBe(true);
  });

  test('what can never be written is refused, and the statement is not repeated', () => {
    const words = "Data too long for column 'buyer_id' at row 1 (errno 1406) (sqlstate 22001)";
    const error = read(`${prefix('InvalidArgument')}${words}${after}`);
    expect(error).toBeInstanceOf(BookRefusedError);
    expect(String(error)).not.toContain('insert');
  });

  test('a frozen schema is known', () => {
    expect(isSchemaFrozen(read(`${prefix('Unknown')}direct DDL is disabled`))).toBe(true);
    expect(isSchemaFrozen(read(`syntax error near 'direct DDL is disabled'`))).toBe(false);
  });
});

test('a transaction that has ended is no refusal, and its session is not used again', () => {
  const words = 'transaction 17: ended at 2026-01-01 00:00:20 UTC (exceeded timeout: 20s)';
  const error = read(`${TABLET}Aborted desc = ${words} (CallerID: x)`, 400, 'ABORTED');
  expect(error).not.toBeInstanceOf(BookRefusedError);
  expect(isWorthRepeating(error)).toBe(false);
  expect(leavesSessionUsable(error)).toBe(false);
});

test.each([401, 403])('HTTP %i is the login, and says nothing of it', (status) => {
  const error = read('invalid auth credentials', status, 'unauthenticated');
  expect(error).toMatchObject({ code: 'book-login' });
});

test('the login is refused inside an answer too', () => {
  expect(read('invalid auth', 400, 'UNAUTHENTICATED')).toMatchObject({ code: 'book-login' });
});

test('an error without words is told by its status', () => {
  expect(String(read('', 400))).toContain('answers HTTP 400');
});

test.each([429, 500, 503])('HTTP %i leaves open what happened', (status) => {
  expect(leavesSessionUsable(read('try later', status, 'resource_exhausted'))).toBe(false);
});

test.each([
  ['with the state in quotes', "(errno 1213) (sqlstate '40001') (CallerID: x): Sql: …"],
  ['with a line for each part', '\n(errno 1213)\n(sqlstate 40001)\nSql: …'],
  ['without a state', '(errno 1213) during query: …'],
])('a deadlock is one %s', (_how, numbers) => {
  const error = read(`target: db: vttablet: rpc error: code = X desc = Deadlock found ${numbers}`);
  expect(isWorthRepeating(error)).toBe(true);
  expect(String(error)).not.toContain('…');
});

test.each([
  ['Deadlock found when trying to get lock; try restarting transaction', 1213],
  ['Lock wait timeout exceeded; try restarting transaction', 1205],
  ["Record has changed since last read in table 'sales'", 1020],
  ["Table 'sluice.migrations' doesn't exist", 1146],
  ["Duplicate column name 'access'", 1060],
  ["Duplicate key name 'of_sale'", 1061],
])('%s is known without its number', (words, errno) => {
  expect(read(`${TABLET}Unknown desc = ${words}`)).toMatchObject({ errno });
  expect(read(words)).toMatchObject({ errno });
  expect(read(`Error ${errno} (HY000): ${words}`)).toMatchObject({ errno });
  expect(read(`something about ${words}`)).not.toHaveProperty('errno', errno);
});

test.each([
  "Data too long for column 'a' at row 1",
  "Out of range value for column 'a' at row 1",
  "Column 'a' cannot be null",
  "Check constraint 'orders_quantity' is violated.",
  'CONSTRAINT `orders_quantity` failed for `sluice`.`orders`',
])('%s is refused without its number too', (words) => {
  expect(read(words)).toBeInstanceOf(BookRefusedError);
});
