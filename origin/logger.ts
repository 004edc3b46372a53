/** Structured logs, one JSON object a line (pino). Secrets never reach it: see `redact`. */
import { type Logger, pino, stdSerializers } from 'pino';

export type { Logger };

export function createLogger(level: string): Logger {
  return pino({
    name: 'sluice',
    level,
    // pino writes out errors under `err` only; under any other name their message would be lost.
    serializers: { error: stdSerializers.errWithCause },
    redact: ['*.password', '*.secret', '*.seed', 'headers.authorization', 'headers["sluice-pass"]'],
  });
}
