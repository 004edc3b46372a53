/**
 * What the rate gate admits against the rate that is configured: isolates, shards and coordinator
 * in virtual time, the same code that runs in the Worker. 60 s each, from a cold start, with four
 * times the demand that the rate has room for; skewed is nine tenths of it in one of four regions.
 */
import type { Region } from '../edge/region.ts';
import { busiestSpan, type SimulatedIsolate, simulateIsolates } from '../test/edge/isolates.ts';
import { table } from './report.ts';

const REGIONS: readonly Region[] = ['weur', 'apac', 'sam', 'oc'];
const SECONDS = 60;
const OVERLOAD = 4;
const SKEW = 0.9;
/** Of the rate: a second's worth, a burst of 250 ms, what was leased in the 250 ms before. */
const BOUND = 1.5;
const SEED = 20_261_111;
const HEADER = [
  'isolates, demand, rate/s',
  'admitted / configured',
  `busiest 1 s / rate (bound ${BOUND})`,
  'calls an admitted request',
  'busiest shard, calls/s',
  'sum of parts / rate at most',
];

export async function rateGate(): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const [count, ratePerSecond] of [
    [8, 1_000],
    [64, 5_000],
  ] as const) {
    for (const [demand, isolates] of [
      ['even', even(count, OVERLOAD * ratePerSecond)],
      ['skewed', skewed(count, OVERLOAD * ratePerSecond)],
    ] as const) {
      const run = await simulateIsolates({ ratePerSecond, isolates, seconds: SECONDS, seed: SEED });
      rows.push([
        `${count}, ${demand}, ${ratePerSecond}`,
        (run.admitted / SECONDS / ratePerSecond).toFixed(3),
        (busiestSpan(run.admittedByMs, 1_000) / ratePerSecond).toFixed(2),
        ((run.shardCalls + run.coordinatorCalls) / run.admitted).toFixed(4),
        String(run.busiestShardPerSecond),
        run.mostInUse.toFixed(3),
      ]);
    }
  }
  console.log(table(HEADER, rows));
}

function even(count: number, demand: number): SimulatedIsolate[] {
  return Array.from({ length: count }, (_, index) => ({
    demand: demand / count,
    region: regionAt(index),
  }));
}

function skewed(count: number, demand: number): SimulatedIsolate[] {
  const inOne = count / REGIONS.length;
  return Array.from({ length: count }, (_, index) => {
    const region = regionAt(index);
    const isBusy = region === REGIONS[0];
    return { demand: demand * (isBusy ? SKEW / inOne : (1 - SKEW) / (count - inOne)), region };
  });
}

function regionAt(index: number): Region {
  return REGIONS[index % REGIONS.length] ?? 'weur';
}
