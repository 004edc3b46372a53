/**
 * Isolates of one sale, in virtual time: each has its own rate gate and Poisson demand, all ask the
 * same buckets over a network with a delay. One seed drives arrivals and shards.
 */
import type { SaleSnapshot } from '../../contract/sale.ts';
import { createLeases } from '../../edge/leases.ts';
import { type BucketState, lease, startBucket } from '../../edge/objects/bucket.ts';
import type { Platform } from '../../edge/platform.ts';
import type { AskBucket } from '../../edge/refill.ts';
import { openSale } from './shop.ts';

/** A call to a bucket in another city. */
const ROUND_TRIP_MS = 20;
/** Turns of the microtask queue in which everything that is due at a moment has run. */
const TURNS = 16;

interface Simulation {
  ratePerSecond: number;
  /** Requests a second of each isolate. */
  demands: readonly number[];
  seconds: number;
  seed: number;
}

export async function simulateIsolates({ ratePerSecond, demands, seconds, seed }: Simulation) {
  const fraction = createFractions(seed);
  const time = createVirtualTime();
  const buckets = createBuckets(time);
  const sale: SaleSnapshot = openSale({ ratePerSecond });
  const isolates = demands.map((demand) => ({
    demand,
    leases: createLeases({
      platform: platformOf(time, fraction),
      askBucket: buckets.ask,
      maxShards: 4,
    }),
  }));
  const admittedBySecond: number[] = Array(seconds).fill(0);
  let asked = 0;

  for (let ms = 0; ms < seconds * 1_000; ms += 1) {
    for (const { demand, leases } of isolates) {
      for (let count = poisson(demand / 1_000, fraction); count > 0; count -= 1) {
        asked += 1;
        leases.admit(sale, { waitUntil: () => undefined }).then(({ refusal }) => {
          const second = Math.min(seconds - 1, Math.floor(time.elapsedMs() / 1_000));
          if (refusal === undefined) admittedBySecond[second] = (admittedBySecond[second] ?? 0) + 1;
        });
      }
    }
    await time.step();
  }
  const admitted = admittedBySecond.reduce((sum, count) => sum + count, 0);
  return { asked, admitted, admittedBySecond, calls: buckets.calls() };
}

type VirtualTime = ReturnType<typeof createVirtualTime>;

function createVirtualTime() {
  const startMs = 1_000_000;
  let nowMs = startMs;
  let waiting: { atMs: number; wake(): void }[] = [];
  async function settle() {
    for (let turn = 0; turn < TURNS; turn += 1) await null;
  }
  return {
    nowMs: () => nowMs,
    elapsedMs: () => nowMs - startMs,
    pause: (durationMs: number) =>
      new Promise<void>((wake) => waiting.push({ atMs: nowMs + durationMs, wake })),
    async step() {
      await settle();
      nowMs += 1;
      const due = waiting.filter(({ atMs }) => atMs <= nowMs);
      waiting = waiting.filter(({ atMs }) => atMs > nowMs);
      for (const { wake } of due) wake();
      await settle();
    },
  };
}

function createBuckets(time: VirtualTime) {
  const states = new Map<string, BucketState>();
  let calls = 0;
  const ask: AskBucket = async (name, wanted) => {
    calls += 1;
    await time.pause(ROUND_TRIP_MS / 2);
    const before = states.get(name) ?? startBucket(wanted, time.nowMs());
    const { state, grant } = lease(before, wanted, time.nowMs());
    states.set(name, state);
    await time.pause(ROUND_TRIP_MS / 2);
    return grant;
  };
  return { ask, calls: () => calls };
}

function platformOf(time: VirtualTime, fraction: () => number): Platform {
  return {
    clock: time,
    random: { fraction, bytes: (count) => new Uint8Array(count) },
    pause: time.pause,
    send: () => Promise.reject(new Error('nothing is sent here')),
    openCache: () => Promise.reject(new Error('there is no cache here')),
  };
}

/** Knuth's way: as many as fit into e^-mean. */
function poisson(mean: number, fraction: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = fraction(); product > limit; product *= fraction()) count += 1;
  return count;
}

/** mulberry32: small, and good enough to spread arrivals. */
function createFractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
