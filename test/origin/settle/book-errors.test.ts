/** What the errors of the databases mean to the book. */
import { expect, test } from 'vitest';
import { BookRefusedError } from '../../../origin/settle/book.ts';
import {
  isDuplicateKey,
  isWorthRepeating,
  leavesConnectionUsable,
  refusalOf,
  toBookError,
} from '../../../origin/settle/mysql-errors.ts';
import { risksOf } from '../../../origin/settle/mysql-risks.ts';
import { toBookError as toBookErrorOfSqlite } from '../../../origin/settle/sqlite-errors.ts';

const serverError = (errno: number) =>
  Object.assign(new Error(`error ${errno}`), { errno, sqlState: 'HY000' });

test.each([1020, 1205, 1213])('error %i is worth repeating, and no refusal', (errno) => {
  const error = serverError(errno);
  expect(isWorthRepeating(error)).toBe(true);
  expect(toBookError(error)).toBe(error);
});

test.each([1048, 1062, 1264, 1265, 1366, 1406, 1690, 3819, 4025])(
  'error %i is a refusal that keeps its cause',
  (errno) => {
    const error = serverError(errno);
    const refused = toBookError(error);
    expect(refused).toBeInstanceOf(BookRefusedError);
    expect(refused).toMatchObject({ code: 'book-refused', cause: error });
    expect(isWorthRepeating(refused)).toBe(false);
    expect(isDuplicateKey(refused)).toBe(errno === 1062);
    expect(leavesConnectionUsable(refused)).toBe(true);
  },
);

test('a missing table, a read-only server and a lost connection are thrown as they are', () => {
  const lost = Object.assign(new Error('read ECONNRESET'), { errno: -104, code: 'ECONNRESET' });
  for (const error of [serverError(1146), serverError(1290), lost]) {
    expect(toBookError(error)).toBe(error);
    expect(isWorthRepeating(error)).toBe(false);
  }
});

test('a connection is used again after the server’s errors only', () => {
  const timeout = { errorno: 'PROTOCOL_SEQUENCE_TIMEOUT', code: 'PROTOCOL_SEQUENCE_TIMEOUT' };
  expect(leavesConnectionUsable(Object.assign(new Error('slow'), timeout))).toBe(false);
  const lost = { code: 'PROTOCOL_CONNECTION_LOST', fatal: true };
  expect(leavesConnectionUsable(Object.assign(new Error('lost'), lost))).toBe(false);
  const refused = { errno: -111, code: 'ECONNREFUSED', fatal: true };
  expect(leavesConnectionUsable(Object.assign(new Error('refused'), refused))).toBe(false);
  expect(leavesConnectionUsable(serverError(1213))).toBe(true);
  expect(leavesConnectionUsable(new BookRefusedError('no such sale'))).toBe(true);
});

test('a warning is a refusal unless it is of a duplicate key', () => {
  const warning = (Code: number) => ({ Level: 'Warning', Code, Message: 'text' });
  expect(refusalOf([])).toBeUndefined();
  expect(refusalOf([warning(1062), warning(1586)])).toBeUndefined();
  expect(refusalOf([warning(1062), warning(1265)])?.message).toBe('Warning 1265: text');
});

test('of SQLite, constraints and types refuse; a full disk and a locked file do not', () => {
  const error = (errcode: number) => Object.assign(new Error('sqlite'), { errcode });
  for (const errcode of [18, 19, 275, 1299, 3091, 20]) {
    expect(toBookErrorOfSqlite(error(errcode))).toBeInstanceOf(BookRefusedError);
  }
  for (const errcode of [5, 10, 13, 266]) {
    const same = error(errcode);
    expect(toBookErrorOfSqlite(same)).toBe(same);
  }
});

test('risks are named when a crash can undo what was committed', () => {
  const safe = { flushLogAtCommit: 1, logBin: 1, syncBinlog: 1 };
  expect(risksOf(safe)).toEqual([]);
  expect(risksOf({ ...safe, logBin: 0, syncBinlog: 0 })).toEqual([]);
  expect(risksOf({ ...safe, flushLogAtCommit: 2 })).toEqual([
    expect.stringContaining('innodb_flush_log_at_trx_commit is 2'),
  ]);
  expect(risksOf({ ...safe, syncBinlog: 0 })).toEqual([
    expect.stringContaining('sync_binlog is 0'),
  ]);
});
