/**
 * When a provider is asked again: pure, with jitter, so that a thousand payments do not ask at
 * once.
 */
import type { Random } from '../../contract/random.ts';

/** After no answer: soon at first, at the latest every minute. */
const AWAY_BASE_MS = 1_000;
const AWAY_LIMIT_MS = 60_000;
/** An open session: events say it first, this catches those that never came. */
export const POLL_BASE_MS = 30_000;
const POLL_LIMIT_MS = 300_000;
/** A person has to look at it; more often would only fill the log. */
const REFUSED_MS = 300_000;

export type AskAgain =
  /** The provider gave no answer, or is not done yet. */
  | 'away'
  /** The buyer is not done yet. */
  | 'poll'
  /** The provider says no, and will until a person changes something there. */
  | 'refused';

/** `tries` is how often it was asked before. */
export function askAgainInMs(why: AskAgain, tries: number, random: Random): number {
  switch (why) {
    case 'away':
      return jittered(Math.min(AWAY_LIMIT_MS, AWAY_BASE_MS * 2 ** tries), random);
    case 'poll':
      return jittered(Math.min(POLL_LIMIT_MS, POLL_BASE_MS * 2 ** tries), random);
    case 'refused':
      return jittered(REFUSED_MS, random);
  }
}

/** Between half of it and all of it. */
function jittered(delayMs: number, random: Random): number {
  return Math.round(delayMs * (0.5 + random.fraction() / 2));
}
