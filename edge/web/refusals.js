// @ts-check
/** @import { Refusal } from '../../contract/outcomes.ts' */
/** @import { RetryFacts, Trouble } from './types.ts' */
/**
 * What refusals mean to a buyer, and which the page answers by asking again: no sooner than told,
 * less and less often, spread by jitter, up to a last try. Then the buyer decides.
 */

/** @type {Record<Refusal['kind'], Trouble>} */
const TROUBLES = {
  'not-open': 'not-open',
  ended: 'ended',
  'sold-out': 'sold-out',
  'not-drawn': 'not-drawn',
  'too-fast': 'too-fast',
  recovering: 'recovering',
  overloaded: 'overloaded',
  unauthenticated: 'unauthenticated',
  'invalid-request': 'invalid-request',
  'body-too-large': 'invalid-request',
  'key-reused': 'key-reused',
  'unknown-sale': 'unknown-sale',
  'unknown-order': 'unexpected',
  'unknown-route': 'unexpected',
  'no-pass': 'unexpected',
  forbidden: 'unexpected',
  conflict: 'unexpected',
  'not-payable': 'not-payable',
  'not-cancellable': 'not-cancellable',
  'payment-unavailable': 'payment-unavailable',
  'bad-signature': 'unexpected',
  'no-waitlist': 'no-waitlist',
  'not-sold-out': 'not-sold-out',
  'waitlist-full': 'waitlist-full',
  'has-order': 'has-order',
  'not-waiting': 'not-waiting',
  internal: 'unexpected',
};

/** @type {Partial<Record<Trouble, { tries: number, firstWaitMs: number }>>} */
const RETRIES = {
  // Milliseconds too early by the edge's clock.
  'not-open': { tries: 3, firstWaitMs: 50 },
  'not-drawn': { tries: 20, firstWaitMs: 1000 },
  'too-fast': { tries: 6, firstWaitMs: 1000 },
  recovering: { tries: 10, firstWaitMs: 2000 },
  overloaded: { tries: 8, firstWaitMs: 1000 },
  'payment-unavailable': { tries: 4, firstWaitMs: 2000 },
  'key-reused': { tries: 1, firstWaitMs: 0 },
  unexpected: { tries: 3, firstWaitMs: 1000 },
  'network-lost': { tries: 5, firstWaitMs: 500 },
};
/** Further away is a countdown, not a wait. */
const NEARLY_OPEN_MS = 3000;
/** A longer Retry-After is kept to. */
const LONGEST_GROWTH_MS = 15_000;
const SHORTEST_SPREAD_MS = 300;

/** @param {string | undefined} type @param {number} status @returns {Trouble} */
export function troubleOf(type, status) {
  const kind = /** @type {Refusal['kind']} */ (type?.replace('/problems/', '') ?? '');
  // Without a type something full or broken before the shop answered.
  return TROUBLES[kind] ?? (status === 429 || status >= 500 ? 'overloaded' : 'unexpected');
}

/** Undefined: no more by itself. @param {RetryFacts} refused */
export function retryWaitMs({ trouble, tries, retryAfterMs = 0, fraction }) {
  const rule = RETRIES[trouble];
  if (rule === undefined || tries > rule.tries) return undefined;
  if (trouble === 'not-open' && retryAfterMs > NEARLY_OPEN_MS) return undefined;
  const grownMs = Math.min(LONGEST_GROWTH_MS, rule.firstWaitMs * 2 ** (tries - 1));
  const waitMs = Math.max(retryAfterMs, grownMs);
  return waitMs + fraction * Math.max(SHORTEST_SPREAD_MS, waitMs / 2);
}
