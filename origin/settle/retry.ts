/**
 * How long a transaction waits before it runs again after a deadlock: longer each time, at random.
 */
import type { Random } from '../../contract/random.ts';
import { pause } from '../timer.ts';

/** The first pause is a random part of twice this; doubled with each attempt, up to the limit. */
const RETRY_BASE_MS = 5;
const RETRY_LIMIT_MS = 200;

export function pauseBeforeRetry(attempt: number, random: Random): Promise<void> {
  return pause(random.fraction() * Math.min(RETRY_LIMIT_MS, RETRY_BASE_MS * 2 ** attempt));
}
