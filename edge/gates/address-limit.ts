/**
 * The limit of an address: a token bucket each and kind of request, in this isolate's memory. It
 * comes before identity, since checking a token or a cookie costs more than all gates before it. It
 * is generous, because a university or a mobile carrier shows a whole crowd under one address; what
 * keeps one person's script from crowding out others is the draw and the limit of buyers.
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
 * Clicks a second of one address: at an opening some thousand people behind one address click
 * within seconds, and are spread over several isolates. ADDRESS_LIMIT changes it.
 */
export const DEFAULT_PER_SECOND = 200;
/** A crowd clicks in the same moment, then no more. */
const BURST_SECONDS = 5;
/**
 * New guests of one address: a campus that loads the page before an opening. Each costs an HMAC
 * here, and a place in the draw if nothing else keeps guests scarce.
 */
const GUESTS: AllowanceLimit = { burst: 300, perSecond: 10 };
/** Challenges that are checked with the vendor for one address: as many as guests, less often. */
const CHALLENGES: AllowanceLimit = { burst: 300, perSecond: 10 };
/** 100 bytes each; the least recently seen are forgotten first, to their favour. */
const MAX_ADDRESSES = 50_000;

export type AddressRequest = 'click' | 'guest' | 'challenge';

export interface AddressVerdict {
  refusal: Refusal | undefined;
  /** Undefined when the address is not limited. */
  state: RateLimitState | undefined;
}

export interface AddressLimit {
  take(request: {
    /** Undefined is never limited. */
    address: string | undefined;
    kind: AddressRequest;
    nowMs: number;
  }): AddressVerdict;
}

const UNLIMITED: AddressVerdict = { refusal: undefined, state: undefined };

/** `clicksPerSecond` undefined: no address is limited. */
export function createAddressLimit(clicksPerSecond: number | undefined): AddressLimit {
  const allowances = new LRUCache<string, Allowance>({ max: MAX_ADDRESSES });
  if (clicksPerSecond === undefined) return { take: () => UNLIMITED };
  const limits: Record<AddressRequest, AllowanceLimit> = {
    click: { burst: clicksPerSecond * BURST_SECONDS, perSecond: clicksPerSecond },
    guest: GUESTS,
    challenge: CHALLENGES,
  };
  return {
    take({ address, kind, nowMs }) {
      if (address === undefined) return UNLIMITED;
      const key = `${kind} ${address}`;
      const known = allowances.get(key);
      const limit = limits[kind];
      const { allowance, taken } = takeOne(known, limit, nowMs);
      if (known === undefined) allowances.set(key, allowance);
      else Object.assign(known, allowance);
      return verdictOf(allowance, limit, taken);
    },
  };
}

function verdictOf(allowance: Allowance, limit: AllowanceLimit, taken: boolean): AddressVerdict {
  const resetMs = untilNextMs(allowance, limit);
  const state: RateLimitState = {
    policy: 'address',
    quota: limit.burst,
    windowSeconds: Math.ceil(limit.burst / limit.perSecond),
    remaining: Math.floor(allowance.tokens),
    resetMs,
  };
  return { refusal: taken ? undefined : { kind: 'too-fast', retryAfterMs: resetMs }, state };
}
