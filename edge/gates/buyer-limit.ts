/**
 * The per-buyer limit: a token bucket for each buyer and kind of request, in this isolate's memory.
 * It keeps one buyer's script from crowding out others; a buyer spread over isolates gets the limit
 * in each of them, which is accepted: the rate gate holds for all together.
 */
import { LRUCache } from 'lru-cache';
import {
  type Allowance,
  type AllowanceLimit,
  takeOne,
  untilNextMs,
} from '../../contract/allowance.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { RateLimitState } from '../rate-limit-headers.ts';

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
} as const satisfies Record<string, AllowanceLimit>;

export type RequestClass = keyof typeof LIMITS;

/** 100 bytes each; the least recently seen are forgotten first, to their favour. */
const MAX_BUYERS = 50_000;

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

function verdictOf(allowance: Allowance, limit: AllowanceLimit, taken: boolean): BuyerVerdict {
  const resetMs = untilNextMs(allowance, limit);
  const state: RateLimitState = {
    policy: 'buyer',
    quota: limit.burst,
    windowSeconds: limit.burst / limit.perSecond,
    remaining: Math.floor(allowance.tokens),
    resetMs,
  };
  return { refusal: taken ? undefined : { kind: 'too-fast', retryAfterMs: resetMs }, state };
}
