/**
 * The per-buyer limit: a token bucket for each buyer and kind of request, in this isolate's memory.
 * It keeps one buyer's script from crowding out others; a buyer spread over isolates gets the limit
 * in each of them, which is accepted: the rate gate holds for all together.
 */
import { LRUCache } from 'lru-cache';
import type { Refusal } from '../../contract/outcomes.ts';
import type { RateLimitState } from '../rate-limit-headers.ts';

/** What a full allowance holds, and how fast it fills. */
interface Limit {
  burst: number;
  perSecond: number;
}

/**
 * Kinds of request are limited apart, so that polling never costs a buyer the click, nor clicking
 * the payment.
 */
const LIMITS = {
  /** A person clicks less often. */
  order: { burst: 10, perSecond: 5 },
  /** The page polls once a second, and asks a few things at once when it loads. */
  read: { burst: 10, perSecond: 5 },
  /** Paying, cancelling, waiting: done once or twice, and dear at the origin and its provider. */
  change: { burst: 5, perSecond: 1 },
} as const satisfies Record<string, Limit>;

export type RequestClass = keyof typeof LIMITS;

/** 100 bytes each; the least recently seen are forgotten first, to their favour. */
const MAX_BUYERS = 50_000;

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
      const limit = LIMITS[requestClass];
      const { allowance, taken } = takeOne(known, limit, nowMs);
      if (known === undefined) allowances.set(key, allowance);
      else Object.assign(known, allowance);
      return verdictOf(allowance, limit, taken);
    },
  };
}

/** One token from `allowance`, filled up to now; a buyer never seen has a full one. */
function takeOne(allowance: Allowance | undefined, { burst, perSecond }: Limit, nowMs: number) {
  const before = allowance ?? { tokens: burst, countedAtMs: nowMs };
  const elapsedMs = Math.max(0, nowMs - before.countedAtMs);
  const filled = Math.min(burst, before.tokens + (elapsedMs / 1000) * perSecond);
  const taken = filled >= 1;
  return { allowance: { tokens: taken ? filled - 1 : filled, countedAtMs: nowMs }, taken };
}

function verdictOf(allowance: Allowance, limit: Limit, taken: boolean): BuyerVerdict {
  const untilNextMs = Math.max(0, ((1 - allowance.tokens) / limit.perSecond) * 1000);
  const state: RateLimitState = {
    policy: 'buyer',
    quota: limit.burst,
    windowSeconds: limit.burst / limit.perSecond,
    remaining: Math.floor(allowance.tokens),
    resetMs: untilNextMs,
  };
  return { refusal: taken ? undefined : { kind: 'too-fast', retryAfterMs: untilNextMs }, state };
}
