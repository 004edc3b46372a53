/** A log line about an error says what the error was, with its cause, and never a secret. */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLogger } from '../../origin/logger.ts';

/** What `write` logs, parsed; pino writes synchronously to a stream of this process. */
function logged(write: (logger: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  const logger = createLogger('info');
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
