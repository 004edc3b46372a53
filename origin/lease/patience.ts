/**
 * How rounds that come quickly one after another bear an outage: it is logged once when it begins
 * and once when it is over, and more and more rounds are left out while it lasts. It counts rounds,
 * not time, and so needs no clock.
 */
import type { Logger } from '../logger.ts';
import { levelOf } from '../told-errors.ts';

/** Rounds left out at most between two tries: a second of rounds that come every 25 ms. */
const MAX_LEFT_OUT = 40;

export interface Patience {
  /** Asked once a round. */
  mayTry(): boolean;
  succeeded(): void;
  failed(error: unknown): void;
}

export function createPatience(logger: Logger, outage: string): Patience {
  let failures = 0;
  let leaveOut = 0;
  /** The outage of a backend is told in a line of its own (outages.ts). */
  let isTold = false;
  return {
    mayTry() {
      if (leaveOut === 0) return true;
      leaveOut -= 1;
      return false;
    },
    succeeded() {
      if (isTold) logger.info({ tries: failures + 1 }, `it is over: ${outage}`);
      failures = 0;
      isTold = false;
    },
    failed(error) {
      if (!isTold && levelOf(error) === 'warn') {
        logger.warn({ error }, outage);
        isTold = true;
      }
      failures += 1;
      leaveOut = Math.min(2 ** failures, MAX_LEFT_OUT);
    },
  };
}
