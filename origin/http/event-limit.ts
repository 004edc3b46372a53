/**
 * How many events of payment providers a process judges: of each provider, and of all. It stands
 * before the signature, so a flood of forged events can use up what true ones would have had. That
 * is accepted: a provider sends again what was answered 429, and the sweep asks the provider about
 * whatever it heard nothing of.
 */
import {
  type Allowance,
  type AllowanceLimit,
  fillUp,
  untilNextMs,
} from '../../contract/allowance.ts';
import type { ProviderName } from '../../contract/payment.ts';

/**
 * 100,000 units paid within five minutes make 333 a second. Judging a signature takes 22 us for an
 * event of 3 kB and 555 us for the largest that is taken (Node 24, a busy machine).
 */
export const EVENTS_OF_PROVIDER: AllowanceLimit = { burst: 1_000, perSecond: 500 };
/** One that is flooded leaves the other half of its own; all of it is 0.4 of a core at the most. */
export const EVENTS_OF_ALL: AllowanceLimit = { burst: 1_500, perSecond: 750 };

/** How long an event of this provider has to wait; 0 when it was counted. */
export type EventLimit = (provider: ProviderName, nowMs: number) => number;

/** One that has to wait takes nothing from either limit. */
export function createEventLimit(): EventLimit {
  const ofProvider = new Map<ProviderName, Allowance>();
  let ofAll: Allowance | undefined;
  return (provider, nowMs) => {
    const own = fillUp(ofProvider.get(provider), EVENTS_OF_PROVIDER, nowMs);
    const all = fillUp(ofAll, EVENTS_OF_ALL, nowMs);
    const waitMs = Math.max(untilNextMs(own, EVENTS_OF_PROVIDER), untilNextMs(all, EVENTS_OF_ALL));
    const taken = waitMs > 0 ? 0 : 1;
    ofProvider.set(provider, { ...own, tokens: own.tokens - taken });
    ofAll = { ...all, tokens: all.tokens - taken };
    return waitMs;
  };
}
