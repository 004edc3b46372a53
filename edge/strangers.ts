/**
 * Ids of sales are free to make up, and each one that an isolate does not know is a question to the
 * origin, past all gates: a flood of them would be the way around the rate. So an isolate asks
 * about ids of which it never heard only so often. A part of that is kept for ids that were refused
 * several times: a real sale has a crowd, and made-up ids take nothing from it as long as each
 * comes once. Accepted: a flood that repeats its ids competes with a real sale for that part too,
 * and a cold isolate then finds the sale some seconds late.
 */
import { LRUCache } from 'lru-cache';
import { type Allowance, type AllowanceLimit, takeOne } from '../contract/allowance.ts';

/** A shop has some sales at a time, and a colleague mistypes one now and then. */
const STRANGERS: AllowanceLimit = { burst: 50, perSecond: 10 };
/** For those alone that somebody wants again and again. */
const WANTED: AllowanceLimit = { burst: 10, perSecond: 10 };
/** So many refusals make an id wanted: a crowd has them at once, a flood pays for them. */
const WANTED_AFTER = 3;
/** As many as an isolate keeps copies of. */
const MAX_FOUND = 1_000;
/** 100 bytes each; a flood of 10,000 ids a second pushes out who did not come for a second. */
const MAX_REFUSED = 10_000;

export interface StrangerLimit {
  /** Whether the origin may be asked about it now; true takes from the allowance. */
  mayAsk(saleId: string, nowMs: number): boolean;
  /** It exists: no stranger from now on. */
  found(saleId: string): void;
}

export function createStrangerLimit(): StrangerLimit {
  const found = new LRUCache<string, true>({ max: MAX_FOUND });
  const refused = new LRUCache<string, number>({ max: MAX_REFUSED });
  let strangers: Allowance | undefined;
  let wanted: Allowance | undefined;

  function takeAsStranger(nowMs: number): boolean {
    const { allowance, taken } = takeOne(strangers, STRANGERS, nowMs);
    strangers = allowance;
    return taken;
  }

  function takeAsWanted(nowMs: number): boolean {
    const { allowance, taken } = takeOne(wanted, WANTED, nowMs);
    wanted = allowance;
    return taken;
  }

  return {
    mayAsk(saleId, nowMs) {
      // By get, so that a sale in use is not the one that is forgotten.
      if (found.get(saleId)) return true;
      const refusals = refused.get(saleId) ?? 0;
      if (takeAsStranger(nowMs) || (refusals >= WANTED_AFTER && takeAsWanted(nowMs))) {
        refused.delete(saleId);
        return true;
      }
      refused.set(saleId, refusals + 1);
      return false;
    },
    found(saleId) {
      found.set(saleId, true);
      refused.delete(saleId);
    },
  };
}
