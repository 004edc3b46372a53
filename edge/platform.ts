/**
 * What the edge needs from outside of itself, as one interface, so that a test can say what time it
 * is, stub the origin and count every call. `workersPlatform` is the real one.
 */
import { type Clock, systemClock } from '../contract/clock.ts';
import { type Random, systemRandom } from '../contract/random.ts';

export interface Platform {
  clock: Clock;
  random: Random;
  /** The one way to the origin. */
  send(url: string, init: RequestInit): Promise<Response>;
  /** Resolves after that long. It belongs to the request that calls it, like all its I/O. */
  pause(durationMs: number): Promise<void>;
  /** A cache that the isolates of a colo share; no client's request reads it. */
  openCache(name: string): Promise<Cache>;
}

/** The part of a request's ExecutionContext that outlives the answer. */
export interface RequestContext {
  waitUntil(work: Promise<unknown>): void;
}

export const workersPlatform: Platform = {
  clock: systemClock,
  random: systemRandom,
  send: (url, init) => fetch(url, init),
  pause: (durationMs) => scheduler.wait(durationMs),
  openCache: (name) => caches.open(name),
};

/** `work`, or `late` when it takes longer. What comes after that is dropped, failures included. */
export async function within<Value, Late>(
  platform: Pick<Platform, 'pause'>,
  limit: { timeoutMs: number; late: Late },
  work: Promise<Value>,
): Promise<Value | Late> {
  work.catch(() => undefined);
  return Promise.race([work, platform.pause(limit.timeoutMs).then(() => limit.late)]);
}
