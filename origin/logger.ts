/** Structured logs, one JSON object a line (pino). Secrets never reach it: see `redact`. */
import { type Logger, pino } from 'pino';

export type { Logger };

export function createLogger(level: string): Logger {
  return pino({
    name: 'sluice',
    level,
    redact: ['*.password', '*.secret', '*.seed', 'headers.authorization', 'headers["sluice-pass"]'],
  });
}
