/**
 * `npm run simulate`: fresh seeds, or one again.
 *
 *   npm run simulate                               1,000 fresh seeds
 *   npm run simulate -- --seeds 200 --from 1       seeds 1 to 200
 *   npm run simulate -- --seed 7 [--steps 40]      one seed, with the story of its last steps
 *   npm run simulate -- --bug release-twice        until it finds a bug put in on purpose
 *
 * Ends with 1 when an invariant broke, and says how to see it again.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { BUGS, bugNamed } from './bugs/all.ts';
import { runSeeds } from './pool.ts';
import { shorten } from './shorten.ts';
import { type SimulationOptions, STEPS, simulate } from './simulate.ts';
import { createStores } from './stores.ts';

const SEEDS = 1_000;
/** Enough to type. */
const MOST_SEED = 1_000_000_000;
/** Of the story of a failed run. */
const LAST_LINES = 60;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string' },
    bug: { type: 'string' },
    story: { type: 'boolean', default: false },
  },
});

const steps = numberOf('steps', values.steps);
const seed = numberOf('seed', values.seed);
const bug = values.bug === undefined ? undefined : bugNamed(values.bug);

process.exitCode = seed === undefined ? await runMany() : await runAgain(seed);

/** 0 when all was well. */
async function runMany(): Promise<number> {
  const from = numberOf('from', values.from) ?? randomInt(MOST_SEED);
  const count = numberOf('seeds', values.seeds) ?? SEEDS;
  console.log(`seeds ${from} to ${from + count - 1}${bug ? `, with the bug ${bug.name}` : ''}`);
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  const { ran, failures, seconds } = await runSeeds({
    ...{ seeds, steps, bug: bug?.name, mostFailures: 1 },
  });
  const pace = Math.round((ran / seconds) * 60);
  console.log(`${ran} seeds in ${seconds.toFixed(1)} s, ${pace} a minute`);
  const [first] = failures;
  if (first === undefined) {
    console.log(bug ? `the bug ${bug.name} was not found` : 'every invariant held');
    return bug ? 1 : 0;
  }
  console.log(`\nseed ${first.seed} fails after step ${first.step}: ${first.failure}\n`);
  await tellShortest(first.seed, first.step);
  return bug ? 0 : 1;
}

async function tellShortest(failed: number, step: number): Promise<void> {
  const { steps: fewest, simulation } = await shorten(await given(failed), { step });
  console.log(simulation.story.slice(-LAST_LINES).join('\n'));
  const again = `npm run simulate -- --seed ${failed} --steps ${fewest}`;
  console.log(`\nagain: ${again}${bug ? ` --bug ${bug.name}` : ''}`);
}

/** 0 when all was well. */
async function runAgain(chosen: number): Promise<number> {
  const onLine = values.story ? (line: string) => console.log(line) : undefined;
  const result = await simulate({
    ...(await given(chosen)),
    steps: steps ?? STEPS,
    ...(onLine === undefined ? {} : { onLine }),
  });
  if (!values.story) console.log(result.story.slice(-LAST_LINES).join('\n'));
  const ended = result.failure ?? 'every invariant held';
  console.log(`\nseed ${chosen}, step ${result.step}, ${result.events} events: ${ended}`);
  return result.failure === undefined ? 0 : 1;
}

async function given(chosen: number): Promise<SimulationOptions> {
  return { seed: chosen, bug, kept: await createStores() };
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} must be a number, not "${text}"; bugs: ${BUGS.map((b) => b.name)}`);
  process.exit(2);
}
