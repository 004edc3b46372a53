/**
 * What the edge needs from outside of itself, as one interface, so that a test can say what time it
 * is, stub the origin and count every call. `workersPlatform` is the real one.
 */
import { type Clock, systemClock } from '../contract/clock.ts';
import { type Random, systemRandom } from '../contract/random.ts';
import type { Pausing } from './waiting.ts';

export { type RequestContext, within } from './waiting.ts';

export interface Platform extends Pausing {
  clock: Clock;
  random: Random;
  /** The one way to the origin. */
  send(url: string, init: RequestInit): Promise<Response>;
  /** A cache that the isolates of a colo share; no client's request reads it. */
  openCache(name: string): Promise<Cache>;
}

export const workersPlatform: Platform = {
  clock: systemClock,
  random: systemRandom,
  send: (url, init) => fetch(url, init),
  pause: (durationMs) => scheduler.wait(durationMs),
  openCache: (name) => caches.open(name),
};
