/**
 * Isolates of one sale, in virtual time: each has its own rate gate and Poisson demand, in regions
 * with shards of their own, over a network with a delay; one coordinator divides the rate. All of
 * it is the code that runs in the Worker and its Durable Objects. One seed drives everything.
 */
import type { SaleSnapshot } from '../../contract/sale.ts';
import { createLeases, type Leases } from '../../edge/leases.ts';
import type { AdjustRate } from '../../edge/objects/coordinator.ts';
import type { AskBucket } from '../../edge/refill.ts';
import type { Region } from '../../edge/region.ts';
import { createFractions } from '../fractions.ts';
import { createRateObjects } from './rate-objects.ts';

/** A call to a bucket in another city. */
const TO_A_SHARD_MS = 20;
/** A call over an ocean. */
const TO_THE_COORDINATOR_MS = 150;
/** Longer than a part lives. */
const LATEST_MS = 5_000;
/** Turns of the microtask queue in which everything that is due at a moment has run. */
const TURNS = 24;
const START_MS = 1_000_000_000_000;
const CONTINENTS: Partial<Record<Region, string>> = { weur: 'EU', apac: 'AS', sam: 'SA', oc: 'OC' };
const NOTHING_SEEN = { answered: 0, overloaded: 0, pressure: 0 };

export interface SimulatedIsolate {
  /** Requests a second, which may change. */
  demand: number | ((elapsedMs: number) => number);
  /** None: there is one location. */
  region?: Region;
}

interface Simulation {
  ratePerSecond: number | ((elapsedMs: number) => number);
  isolates: readonly SimulatedIsolate[];
  seconds: number;
  seed: number;
  /** What the coordinator makes of the configured rate; all of it unless said otherwise. */
  adjustRate?: AdjustRate;
  /** At these moments all that the objects have in memory is gone. */
  restartsAtMs?: { shards?: readonly number[]; coordinator?: readonly number[] };
  /** What becomes of a message between a shard and the coordinator. */
  fate?: (fraction: () => number, elapsedMs: number) => Fate;
}

type Fate = 'arrives' | 'is lost' | 'is answered too late' | 'arrives twice';

export interface Simulated {
  asked: number;
  admitted: number;
  admittedByMs: readonly number[];
  /** By the region of the isolate; `all` has none. */
  admittedByRegion: Readonly<Record<string, number>>;
  shardCalls: number;
  coordinatorCalls: number;
  /** By the shards' own counters. */
  busiestShardPerSecond: number;
  /** The highest sum of the rates that all shards went by, of the rate at that moment. */
  mostInUse: number;
  /** And that at the end. */
  lastInUse: number;
}

export async function simulateIsolates(simulation: Simulation): Promise<Simulated> {
  const { isolates, seconds, seed } = simulation;
  const fraction = createFractions(seed);
  const time = createVirtualTime();
  const rateNow = () => at(simulation.ratePerSecond, time.elapsedMs());
  const objects = createObjects(simulation, { time, fraction });
  const running = isolates.map((isolate) => {
    const leases = startIsolate(time, fraction, objects.ask);
    const cf = isolate.region && { continent: CONTINENTS[isolate.region] };
    return { ...isolate, leases, cf, name: isolate.region ?? 'all' };
  });
  const admittedByMs: number[] = Array(seconds * 1_000).fill(0);
  const admittedByRegion: Record<string, number> = {};
  let asked = 0;
  let inUse = 0;
  let mostInUse = 0;

  function arrive({ leases, cf, name }: { leases: Leases; cf: unknown; name: string }) {
    asked += 1;
    const sale = saleAt(rateNow(), time.elapsedMs());
    leases.admit(sale, { waitUntil: () => undefined }, cf).then(({ refusal }) => {
      if (refusal !== undefined) return;
      const ms = Math.min(admittedByMs.length - 1, time.elapsedMs());
      admittedByMs[ms] = (admittedByMs[ms] ?? 0) + 1;
      admittedByRegion[name] = (admittedByRegion[name] ?? 0) + 1;
    });
  }

  for (let ms = 0; ms < seconds * 1_000; ms += 1) {
    objects.restartIfDue(ms);
    for (const isolate of running) {
      const mean = at(isolate.demand, ms) / 1_000;
      for (let count = poisson(mean, fraction); count > 0; count -= 1) arrive(isolate);
    }
    await time.step();
    inUse = objects.ratesInUse() / rateNow();
    mostInUse = Math.max(mostInUse, inUse);
  }
  const admitted = admittedByMs.reduce((sum, count) => sum + count, 0);
  return {
    asked,
    admitted,
    admittedByMs,
    admittedByRegion,
    mostInUse,
    lastInUse: inUse,
    ...objects.counts(),
  };
}

/** The most that was admitted in any span of that length. */
export function busiestSpan(byMs: readonly number[], lengthMs: number): number {
  let sum = 0;
  let most = 0;
  for (let ms = 0; ms < byMs.length; ms += 1) {
    sum += (byMs[ms] ?? 0) - (byMs[ms - lengthMs] ?? 0);
    most = Math.max(most, sum);
  }
  return most;
}

function at(value: number | ((elapsedMs: number) => number), elapsedMs: number): number {
  return typeof value === 'number' ? value : value(elapsedMs);
}

type VirtualTime = ReturnType<typeof createVirtualTime>;

function createVirtualTime() {
  let nowMs = START_MS;
  const waiting = new Map<number, (() => void)[]>();
  async function settle() {
    for (let turn = 0; turn < TURNS; turn += 1) await null;
  }
  return {
    nowMs: () => nowMs,
    elapsedMs: () => nowMs - START_MS,
    pause: (durationMs: number) =>
      new Promise<void>((wake) => {
        const atMs = nowMs + Math.max(1, Math.ceil(durationMs));
        const others = waiting.get(atMs);
        if (others === undefined) waiting.set(atMs, [wake]);
        else others.push(wake);
      }),
    async step() {
      await settle();
      nowMs += 1;
      const due = waiting.get(nowMs) ?? [];
      waiting.delete(nowMs);
      for (const wake of due) wake();
      await settle();
    },
  };
}

interface World {
  time: VirtualTime;
  fraction: () => number;
}

function createObjects(simulation: Simulation, { time, fraction }: World) {
  const { adjustRate, restartsAtMs = {}, fate = () => 'arrives' } = simulation;
  let busiest = 0;
  let shardCalls = 0;
  const objects = createRateObjects({
    clock: time,
    pause: time.pause,
    adjustRate,
    async carry(_ask, deliver) {
      const how = fate(fraction, time.elapsedMs());
      await time.pause(TO_THE_COORDINATOR_MS / 2);
      if (how === 'is lost') return new Promise<never>(() => undefined);
      const part = deliver();
      if (how === 'arrives twice') deliver();
      const isLate = how === 'is answered too late';
      await time.pause(isLate ? LATEST_MS * fraction() : TO_THE_COORDINATOR_MS / 2);
      return part;
    },
  });

  const ask: AskBucket = async (name, wanted) => {
    shardCalls += 1;
    await time.pause(TO_A_SHARD_MS / 2);
    const shard = objects.shard(name);
    const grant = await shard.lease(wanted);
    busiest = Math.max(busiest, shard.facts().calls.busiest);
    await time.pause(TO_A_SHARD_MS / 2);
    return grant;
  };

  return {
    ask,
    restartIfDue(ms: number) {
      if (restartsAtMs.shards?.includes(ms)) objects.evictShards();
      if (restartsAtMs.coordinator?.includes(ms)) objects.evictCoordinator();
    },
    ratesInUse: () => objects.ratesInUse(),
    counts: () => {
      const coordinatorCalls = objects.coordinatorCalls();
      return { shardCalls, coordinatorCalls, busiestShardPerSecond: busiest };
    },
  };
}

function startIsolate(time: VirtualTime, fraction: () => number, askBucket: AskBucket): Leases {
  return createLeases({
    platform: { clock: time, random: { fraction }, pause: time.pause },
    askBucket,
    maxShards: 4,
    takePressure: () => NOTHING_SEEN,
  });
}

/** Only what the rate gate reads; its version rises, as if the operator changed it all the time. */
function saleAt(ratePerSecond: number, elapsedMs: number): SaleSnapshot {
  const version = 1 + Math.floor(elapsedMs / 1_000);
  return { saleId: 'phone', version, ratePerSecond } as SaleSnapshot;
}

/** Knuth's way: as many as fit into e^-mean. */
function poisson(mean: number, fraction: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = fraction(); product > limit; product *= fraction()) count += 1;
  return count;
}
