/**
 * Token buckets in this isolate's memory, one for each caller and kind of request, and what a
 * request is told of its own. Whoever is spread over isolates has it in each of them.
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

export interface AllowanceVerdict {
  refusal: Refusal | undefined;
  state: RateLimitState;
}

/** `key` names the caller and the kind; `limit` is the same at each call of a key. */
export type TakeAllowance = (key: string, limit: AllowanceLimit, nowMs: number) => AllowanceVerdict;

/** 100 bytes each; of more than `max` the least recently seen are forgotten, to their favour. */
export function createKeptAllowances(policy: RateLimitState['policy'], max: number): TakeAllowance {
  const allowances = new LRUCache<string, Allowance>({ max });
  return (key, limit, nowMs) => {
    const known = allowances.get(key);
    const { allowance, taken } = takeOne(known, limit, nowMs);
    if (known === undefined) allowances.set(key, allowance);
    else Object.assign(known, allowance);
    const resetMs = untilNextMs(allowance, limit);
    const state: RateLimitState = {
      policy,
      quota: limit.burst,
      windowSeconds: Math.ceil(limit.burst / limit.perSecond),
      remaining: Math.floor(allowance.tokens),
      resetMs,
    };
    return { refusal: taken ? undefined : { kind: 'too-fast', retryAfterMs: resetMs }, state };
  };
}
