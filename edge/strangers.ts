/**
 * Ids of sales are free to make up, and each one that an isolate does not know is a question to the
 * origin, past all gates: a flood of them would be the way around the rate. So an isolate asks
 * about ids of which it never heard only so often; for the others it says "not now". Sales that
 * were found once are asked about as ever. Accepted: an isolate that begins in such a flood may say
 * "not now" about a real sale too, until one of its questions gets through.
 */
import { LRUCache } from 'lru-cache';
import { type Allowance, type AllowanceLimit, takeOne } from '../contract/allowance.ts';
import type { FetchCopy } from './copies.ts';

/** A shop has some sales at a time, and a colleague mistypes one now and then. */
const STRANGERS: AllowanceLimit = { burst: 50, perSecond: 10 };
/** As many as an isolate keeps copies of. */
const MAX_FOUND = 1_000;

export function createStrangerLimit<Told>(fetchCopy: FetchCopy<Told>): FetchCopy<Told> {
  const found = new LRUCache<string, true>({ max: MAX_FOUND });
  let allowance: Allowance | undefined;
  return async (key, nowMs) => {
    if (!found.has(key)) {
      const next = takeOne(allowance, STRANGERS, nowMs);
      allowance = next.allowance;
      if (!next.taken) return { kind: 'failed' };
    }
    const reply = await fetchCopy(key, nowMs);
    if (reply.kind === 'told' && reply.told !== undefined) found.set(key, true);
    return reply;
  };
}
