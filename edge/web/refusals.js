// @ts-check
/** @import { Refusal } from '../../contract/outcomes.ts' */
/** @import { RetryFacts, Trouble } from './types.ts' */
/**
 * What the shop's refusals mean to a buyer, and which of them the page answers by asking again.
 * Each wait is at least what Retry-After says, grows with every try, and is spread by jitter, so
 * that a crowd refused in one second does not come back in one second. Every kind has a last try;
 * after it the buyer decides. All tries of one click carry one Idempotency-Key.
 */

/** Complete by its type: a refusal new in the contract does not compile until it is here. */
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
  'not-payable': 'unexpected',
  'not-cancellable': 'unexpected',
  'payment-unavailable': 'overloaded',
  'bad-signature': 'unexpected',
  'no-waitlist': 'unexpected',
  'not-sold-out': 'unexpected',
  'waitlist-full': 'unexpected',
  'has-order': 'unexpected',
  'not-waiting': 'unexpected',
  internal: 'unexpected',
};

/** How often one click is sent again by itself, and how long the first wait is at least. */
/** @type {Partial<Record<Trouble, { tries: number, firstWaitMs: number }>>} */
const RETRIES = {
  // A click that was a few milliseconds early by the edge's clock.
  'not-open': { tries: 3, firstWaitMs: 50 },
  // The share widens in steps; each wait is the shop's own Retry-After.
  'not-drawn': { tries: 20, firstWaitMs: 1000 },
  'too-fast': { tries: 6, firstWaitMs: 1000 },
  recovering: { tries: 10, firstWaitMs: 2000 },
  overloaded: { tries: 8, firstWaitMs: 1000 },
  'key-reused': { tries: 1, firstWaitMs: 0 },
  unexpected: { tries: 3, firstWaitMs: 1000 },
  'network-lost': { tries: 5, firstWaitMs: 500 },
};
/** An opening further away than this is a countdown, not a wait. */
const NEARLY_OPEN_MS = 3000;
/** Our own growth stops here; a longer Retry-After is still kept to. */
const LONGEST_GROWTH_MS = 15_000;
const SHORTEST_SPREAD_MS = 300;

/**
 * @param {string | undefined} type a problem's `type`, as contract/problem.ts writes it
 * @param {number} status
 * @returns {Trouble}
 */
export function troubleOf(type, status) {
  const kind = /** @type {Refusal['kind']} */ (type?.replace('/problems/', '') ?? '');
  // Without a type it was not the shop that answered, but something full or broken before it.
  return TROUBLES[kind] ?? (status === 429 || status >= 500 ? 'overloaded' : 'unexpected');
}

/**
 * How long to wait before the same click is sent again; undefined: no more by itself.
 * @param {RetryFacts} refused
 */
export function retryWaitMs({ trouble, tries, retryAfterMs = 0, fraction }) {
  const rule = RETRIES[trouble];
  if (rule === undefined || tries > rule.tries) return undefined;
  if (trouble === 'not-open' && retryAfterMs > NEARLY_OPEN_MS) return undefined;
  const grownMs = Math.min(LONGEST_GROWTH_MS, rule.firstWaitMs * 2 ** (tries - 1));
  const waitMs = Math.max(retryAfterMs, grownMs);
  return waitMs + fraction * Math.max(SHORTEST_SPREAD_MS, waitMs / 2);
}
