/**
 * The limit of an address: a token bucket each and kind of request, in this isolate's memory. It
 * comes before identity, since checking a token or a cookie costs more than all gates before it. It
 * is generous, because a university or a mobile carrier shows a whole crowd under one address; what
 * keeps one person's script from crowding out others is the draw and the limit of buyers.
 */
import type { AllowanceLimit } from '../../contract/allowance.ts';
import type { Refusal } from '../../contract/outcomes.ts';
import type { RateLimitState } from '../rate-limit-headers.ts';
import { createKeptAllowances } from './kept-allowances.ts';

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
  if (clicksPerSecond === undefined) return { take: () => UNLIMITED };
  const takeAllowance = createKeptAllowances('address', MAX_ADDRESSES);
  const limits: Record<AddressRequest, AllowanceLimit> = {
    click: { burst: clicksPerSecond * BURST_SECONDS, perSecond: clicksPerSecond },
    guest: GUESTS,
    challenge: CHALLENGES,
  };
  return {
    take({ address, kind, nowMs }) {
      if (address === undefined) return UNLIMITED;
      return takeAllowance(`${kind} ${address}`, limits[kind], nowMs);
    },
  };
}
