/**
 * The per-buyer limit: a token bucket for each buyer and kind of request, in this isolate's memory.
 * It keeps one buyer's script from crowding out others; a buyer spread over isolates gets the limit
 * in each of them, which is accepted: the rate gate holds for all together.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../../contract/outcomes.ts';
import type { RateLimitState } from '../rate-limit-headers.ts';

/** A person clicks less often; the page polls once a second. */
const REQUESTS_PER_SECOND = 5;
/** A page that loads asks a few things at once. */
const BURST = 10;
/** 100 bytes each; the least recently seen are forgotten first, to their favour. */
const MAX_BUYERS = 50_000;

/** Ordering and reading are limited apart, so that polling never costs a buyer the click. */
export type RequestClass = 'order' | 'read';

interface Allowance {
  tokens: number;
  countedAtMs: number;
}

export interface BuyerVerdict {
  refusal: Refusal | undefined;
  state: RateLimitState;
}

export interface BuyerLimit {
  take(request: { buyerId: string; requestClass: RequestClass; nowMs: number }): BuyerVerdict;
}

export function createBuyerLimit(): BuyerLimit {
  const allowances = new LRUCache<string, Allowance>({ max: MAX_BUYERS });
  return {
    take({ buyerId, requestClass, nowMs }) {
      const key = `${requestClass} ${buyerId}`;
      const known = allowances.get(key);
      const { allowance, taken } = takeOne(known, nowMs);
      if (known === undefined) allowances.set(key, allowance);
      else Object.assign(known, allowance);
      return verdictOf(allowance, taken);
    },
  };
}

/** One token from `allowance`, filled up to now; a buyer never seen has a full one. */
export function takeOne(allowance: Allowance | undefined, nowMs: number) {
  const before = allowance ?? { tokens: BURST, countedAtMs: nowMs };
  const elapsedMs = Math.max(0, nowMs - before.countedAtMs);
  const filled = Math.min(BURST, before.tokens + (elapsedMs / 1000) * REQUESTS_PER_SECOND);
  const taken = filled >= 1;
  return { allowance: { tokens: taken ? filled - 1 : filled, countedAtMs: nowMs }, taken };
}

function verdictOf(allowance: Allowance, taken: boolean): BuyerVerdict {
  const untilNextMs = Math.max(0, ((1 - allowance.tokens) / REQUESTS_PER_SECOND) * 1000);
  const state: RateLimitState = {
    policy: 'buyer',
    quota: BURST,
    windowSeconds: BURST / REQUESTS_PER_SECOND,
    remaining: Math.floor(allowance.tokens),
    resetMs: untilNextMs,
  };
  return { refusal: taken ? undefined : { kind: 'too-fast', retryAfterMs: untilNextMs }, state };
}
