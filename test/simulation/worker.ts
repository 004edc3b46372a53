/**
 * Simulates seeds in a thread of its own, one after the other, and reports each. What the program
 * rejects and nobody hears of is a failure of the seed that runs.
 */
import { parentPort } from 'node:worker_threads';
import { bugNamed } from './bugs/all.ts';
import { type Simulation, simulate } from './simulate.ts';
import { createStores } from './stores.ts';

export interface Task {
  seed: number;
  steps: number | undefined;
  bug: string | undefined;
}

/** What a report carries: the story stays, since any seed can be run again. */
export type Report = Omit<Simulation, 'story'>;

const kept = await createStores();
let unheard: unknown;
process.on('unhandledRejection', (reason) => {
  unheard ??= reason;
});

parentPort?.on('message', async ({ seed, steps, bug }: Task) => {
  unheard = undefined;
  const chosen = bug === undefined ? undefined : bugNamed(bug);
  const { story: _, ...report } = await simulate({
    ...{ seed, kept, bug: chosen },
    ...(steps === undefined ? {} : { steps }),
  });
  const failure =
    unheard === undefined ? report.failure : `a rejection nobody heard of: ${String(unheard)}`;
  parentPort?.postMessage({ ...report, failure } satisfies Report);
});
