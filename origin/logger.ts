/**
 * Structured logs, one JSON object a line (pino): whatever a client sent is inside a JSON string,
 * so it can neither end a line nor begin one. Of an error only named fields are written, since
 * drivers put the command that failed into theirs, with passwords (ioredis) and values (mysql2);
 * and no line leaves with a secret of the environment in it.
 */
import { type Logger, pino } from 'pino';
import { createRedact } from './redaction.ts';

export type { Logger };

/** Enough for any chain of causes that is not a circle. */
const MOST_CAUSES = 8;
/** What errors of Node, the drivers and this program say of themselves, and that is no data. */
const ERROR_FIELDS = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'sqlState',
  'status',
  'statusCode',
] as const;

/** `secrets`: what must not be written, whatever it is part of. */
export function createLogger(level: string, secrets: readonly string[] = []): Logger {
  return pino({
    name: 'sluice',
    level,
    // pino writes out errors under `err` only; under any other name their message would be lost.
    serializers: { err: tellError, error: tellError },
    redact: ['*.password', '*.secret', '*.seed', 'headers.authorization', 'headers["sluice-pass"]'],
    hooks: { streamWrite: createRedact(secrets) },
  });
}

const tellError = (error: unknown) => describeError(error, 0);

/** What is thrown may be anything; what is no error is written as text. */
function describeError(error: unknown, depth: number): object | string {
  if (!(error instanceof Error)) return String(error);
  const told: Record<string, unknown> = {
    type: error.constructor.name,
    message: error.message,
    stack: error.stack,
  };
  for (const field of ERROR_FIELDS) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string' || typeof value === 'number') told[field] = value;
  }
  const { cause } = error;
  if (cause !== undefined && depth < MOST_CAUSES) told.cause = describeError(cause, depth + 1);
  if (error instanceof AggregateError && depth < MOST_CAUSES) {
    told.errors = error.errors.slice(0, MOST_CAUSES).map((each) => describeError(each, depth + 1));
  }
  return told;
}
