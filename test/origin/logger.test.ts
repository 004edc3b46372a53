/** A log line about an error says what the error was, with its cause, and never a secret. */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLogger } from '../../origin/logger.ts';

/** What `write` logs, parsed; pino writes synchronously to a stream of this process. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void, secrets?: string[]) {
  const lines: string[] = [];
  const logger = createLogger('info', secrets);
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  Object.defineProperty(logger, pino.symbols.streamSym, { value: stream });
  write(logger);
  return JSON.parse(lines.join(''));
}

test('an error keeps its message, code and cause', () => {
  const cause = new Error('connection refused');
  const error = Object.assign(new Error('the book is away', { cause }), { code: 'away' });
  const line = logged((logger) => logger.warn({ error, attempt: 2 }, 'no batch'));
  expect(line).toMatchObject({ msg: 'no batch', attempt: 2, name: 'sluice' });
  expect(line.error).toMatchObject({ message: 'the book is away', code: 'away' });
  expect(line.error.cause.message).toBe('connection refused');
});

test('secrets are left out', () => {
  const line = logged((logger) =>
    logger.info({ sale: { seed: 'abc' }, user: { password: 'abc', secret: 'abc' } }, 'made'),
  );
  expect(JSON.stringify(line)).not.toContain('abc');
});

test('of an error only what it says is written, not what its driver hung on it', () => {
  const cause = Object.assign(new Error('WRONGPASS invalid username-password pair'), {
    command: { name: 'hello', args: ['3', 'AUTH', 'user', 'a-secret'] },
  });
  const error = Object.assign(new Error('Duplicate entry', { cause }), {
    ...{ errno: 1062, sqlState: '23000', sql: "INSERT INTO sales VALUES ('a-secret')" },
    ...{ config: { headers: { authorization: 'a-secret' } }, input: 'redis://:a-secret@host' },
  });
  const both = new AggregateError([cause, error], 'neither');
  const line = logged((logger) => logger.warn({ error, err: both }, 'no batch'));
  expect(line.error).toMatchObject({ message: 'Duplicate entry', errno: 1062, sqlState: '23000' });
  expect(line.error.cause.message).toMatch(/WRONGPASS/);
  expect(line.err.errors).toHaveLength(2);
  expect(JSON.stringify(line)).not.toContain('a-secret');
});

test('causes that go round in a circle end', () => {
  const error = new Error('a');
  error.cause = new Error('b', { cause: error });
  expect(logged((logger) => logger.warn({ error }, 'round')).error.cause.cause.message).toBe('a');
});

test('what was thrown and is no error is written as text', () => {
  expect(logged((logger) => logger.warn({ error: 'gone' }, 'odd')).error).toBe('gone');
});

test('a secret of the environment is nowhere in a line', () => {
  const error = new Error('no answer of https://shop.example/?token=a-secret-token');
  const line = logged(
    (logger) => logger.child({ about: 'a-secret-token' }).warn({ error }, 'a-secret-token'),
    ['a-secret-token'],
  );
  expect(line.msg).toBe('[secret]');
  expect(JSON.stringify(line)).not.toContain('a-secret-token');
});

test.each([
  ['a second line', 'phone"}\n{"level":60,"msg":"forged"}'],
  ['an escape sequence', '\u001b[2J\u001b[1;1H'],
  ['a carriage return', 'a\rb'],
  ['separators of Unicode', 'a\u2028b\u2029c'],
  ['half of a pair', '\ud800'],
])('what a client sent stays in its place: %s', (_name, text) => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const logger = createLogger('info');
  Object.defineProperty(logger, pino.symbols.streamSym, { value: stream });
  logger.warn({ saleId: text, [text]: 1, error: new Error(text) }, text);
  expect(lines).toHaveLength(1);
  // One line end, at its end, and nothing that a terminal would obey.
  expect(lines[0]).toMatch(/^\{[^\p{Cc}]*\}\n$/u);
  expect(JSON.parse(lines[0] ?? '').saleId).toBe(JSON.parse(JSON.stringify(text)));
});
