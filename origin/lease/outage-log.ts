/**
 * Tells of rounds that fail without filling the log: the first failure at once, then one line in
 * TELL_EVERY_MS with the number of failures since, and one when a round works again after a line.
 * Rounds that fail and work in turn are told of no more often than those that only fail. What the
 * outage of a backend is told of in a line of its own (outages.ts) is left to that line.
 */
import type { Clock } from '../../contract/clock.ts';
import type { Logger } from '../logger.ts';
import { levelOf } from '../told-errors.ts';

/** Often enough to be seen in a log; a failing role runs 40 rounds a second. */
export const TELL_EVERY_MS = 10_000;

export interface OutageLog {
  succeeded(): void;
  failed(error: unknown): void;
}

export function createOutageLog(logger: Logger, clock: Clock, role: string): OutageLog {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  /** Failures that no line has counted yet. */
  let failures = 0;
  /** A line was written, and none that it is over. */
  let isTold = false;

  return {
    succeeded() {
      if (!isTold) return;
      isTold = false;
      logger.info({ role }, 'rounds work again');
    },
    failed(error) {
      if (levelOf(error) === 'debug') {
        logger.debug({ error, role }, 'a round failed with its backend');
        return;
      }
      failures += 1;
      const nowMs = clock.nowMs();
      if (nowMs - toldAtMs < TELL_EVERY_MS) return;
      logger.warn({ error, role, failures }, 'a round failed; the next one tries again');
      toldAtMs = nowMs;
      failures = 0;
      isTold = true;
    },
  };
}
