/**
 * The per-buyer limit: a token bucket for each buyer and kind of request, in this isolate's memory.
 * It keeps one buyer's script from crowding out others; a buyer spread over isolates gets the limit
 * in each of them, which is accepted: the rate gate holds for all together.
 */
import type { AllowanceLimit } from '../../contract/allowance.ts';
import { type AllowanceVerdict, createKeptAllowances } from './kept-allowances.ts';

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

const MAX_BUYERS = 50_000;

export interface BuyerLimit {
  take(request: { buyerId: string; requestClass: RequestClass; nowMs: number }): AllowanceVerdict;
}

export function createBuyerLimit(): BuyerLimit {
  const takeAllowance = createKeptAllowances('buyer', MAX_BUYERS);
  return {
    take({ buyerId, requestClass, nowMs }) {
      return takeAllowance(`${requestClass} ${buyerId}`, LIMITS[requestClass], nowMs);
    },
  };
}
