/**
 * The simulation as a test: fresh seeds each time, for some seconds, and all seeds that ever found
 * something; that a seed is the same run each time; and that it finds bugs which were put in on
 * purpose, so that its silence means something.
 */
import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BUGS } from './bugs/all.ts';
import FAILED from './failed-seeds.json' with { type: 'json' };
import { runSeeds } from './pool.ts';
import { simulate } from './simulate.ts';
import { createStores } from './stores.ts';

const FRESH_MS = 20_000;
const MOST_FRESH_SEEDS = 2_000;
const MOST_SEED = 1_000_000_000;
/** Within so many seeds each bug has to be found. */
const BUG_SEEDS = 1_000;
const TIMEOUT_MS = 300_000;

const seedsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index);

describe('the simulation', { timeout: TIMEOUT_MS }, () => {
  it('finds no invariant broken in fresh seeds', async () => {
    const from = randomInt(MOST_SEED);
    const seeds = seedsFrom(from, MOST_FRESH_SEEDS);
    const untilMs = performance.now() + FRESH_MS;
    const { ran, failures } = await runSeeds({ seeds, untilMs, mostFailures: 1 });
    console.log(`simulated ${ran} seeds from ${from}`);
    expect(failures.map(tellAgain)).toEqual([]);
    expect(ran).toBeGreaterThan(0);
  });

  it('finds none in the seeds that once failed', async () => {
    for (const steps of new Set(FAILED.map((failed) => failed.steps))) {
      const seeds = FAILED.filter((failed) => failed.steps === steps).map(({ seed }) => seed);
      const { failures } = await runSeeds({ seeds, steps });
      expect(failures.map(tellAgain)).toEqual([]);
    }
  });

  it('is the same run each time, to the last line of its story', async () => {
    const kept = await createStores();
    const storyOf = async (seed: number) => {
      const lines: string[] = [];
      await simulate({ seed, kept, onLine: (line) => lines.push(line) });
      return lines;
    };
    const [first, other] = [await storyOf(7), await storyOf(8)];
    expect(first.length).toBeGreaterThan(50);
    expect(other).not.toEqual(first);
    expect(await storyOf(7)).toEqual(first);
  });

  it.each(BUGS.map(({ name }) => name))('finds the bug %s', async (bug) => {
    const { ran, failures } = await runSeeds({
      seeds: seedsFrom(1, BUG_SEEDS),
      bug,
      mostFailures: 1,
    });
    console.log(`${bug}: found after ${ran} seeds: ${failures[0]?.failure}`);
    expect(failures.length).toBeGreaterThan(0);
  });
});

function tellAgain({ seed, step, failure }: { seed: number; step: number; failure?: unknown }) {
  return `npm run simulate -- --seed ${seed}: after step ${step}: ${String(failure)}`;
}
