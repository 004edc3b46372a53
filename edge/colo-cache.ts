/**
 * A cache that the isolates of a colo share, for those who can do without it: it only saves calls
 * of the origin, so when it fails or is slow it is as if nothing were in it.
 */
import { logError, messageOf } from './log.ts';
import { type Platform, within } from './platform.ts';

export interface ColoCacheNeeds {
  platform: Platform;
  /** Of the cache: no other part of the edge uses the same. */
  cacheName: string;
  /** What is logged when it fails. */
  failure: string;
  /** A cache that is slower than that is no help. */
  timeoutMs: number;
}

/** Undefined when the cache failed or was too slow; never rejects. */
export type UseCache = <Value>(
  work: (cache: Cache) => Promise<Value>,
) => Promise<Value | undefined>;

export function createColoCache({
  platform,
  cacheName,
  failure,
  timeoutMs,
}: ColoCacheNeeds): UseCache {
  return async (work) => {
    const opened = async () => work(await platform.openCache(cacheName));
    try {
      return await within(platform, { timeoutMs, late: undefined }, opened());
    } catch (error) {
      logError(failure, { reason: messageOf(error) });
      return undefined;
    }
  };
}
