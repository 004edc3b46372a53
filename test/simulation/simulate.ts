/**
 * One simulation: a world is made from its seed, goes through its steps, faults end, and it must
 * come to rest. The same seed and number of steps is the same run, to the last event; fewer steps
 * are a prefix of it.
 */
import { type Bug, SOUND_PARTS } from './bugs/bug.ts';
import { createBuyers } from './buyers.ts';
import { createChecks } from './checks.ts';
import { awaitEnd } from './ending.ts';
import { createFaults } from './faults.ts';
import { createMoney } from './money.ts';
import { createOperator } from './operator.ts';
import { createRequests } from './requests.ts';
import { createWorld, type Kept, type World } from './world.ts';

export const STEPS = 150;

export interface SimulationOptions {
  seed: number;
  steps?: number;
  bug?: Bug | undefined;
  kept: Kept;
  onLine?(line: string): void;
}

export interface Simulation {
  seed: number;
  /** The invariant that broke; undefined when all held. */
  failure: string | undefined;
  /** The step after which it broke; the number of steps + 1 for what broke at the end. */
  step: number;
  story: readonly string[];
  events: number;
}

export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const { seed, steps = STEPS, bug, kept, onLine } = options;
  const parts = { ...SOUND_PARTS, ...bug?.parts };
  const world = createWorld({ seed, parts, kept, ...(onLine === undefined ? {} : { onLine }) });
  let step = 0;
  try {
    const act = prepare(world);
    await act.begin();
    while (step < steps && world.failure() === undefined) {
      step += 1;
      await act.next();
    }
    if (world.failure() === undefined) {
      step = steps + 1;
      await act.end();
    }
  } catch (error) {
    world.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    world.close();
  }
  const events = world.schedule.count();
  return { seed, failure: world.failure(), step, story: world.story(), events };
}

function prepare(world: World) {
  const { dice, schedule, processes } = world;
  const requests = createRequests(world);
  const buyers = createBuyers(world, requests);
  const money = createMoney(world, buyers, requests);
  const operator = createOperator(world, requests);
  const faults = createFaults(world);
  const checks = createChecks(world);
  for (const process of processes.all) processes.start(process);
  operator.makeSale();

  return {
    /** In some worlds the sale is not there yet when trouble begins. */
    async begin(): Promise<void> {
      const isLoaded = () => checks.rows.sale()?.loaded === 1;
      const longestMs = dice.chance(0.8) ? 4_000 : 0;
      for (let waitedMs = 0; waitedMs < longestMs && !isLoaded(); waitedMs += 50) {
        await schedule.runFor(50);
      }
      await schedule.runFor(1_100);
    },
    async next(): Promise<void> {
      await dice.pickBy<() => void | Promise<void>>([
        [buyers.act, 12],
        [money.act, 3],
        [operator.act, 0.8],
        [faults.act, 3.5],
      ])();
      await schedule.runFor(
        dice.pickBy([
          [dice.whole(0, 10), 4],
          [dice.whole(10, 150), 5],
          [dice.whole(150, 900), 2],
        ]),
      );
      checks.look();
    },
    async end(): Promise<void> {
      faults.end();
      await awaitEnd({ world, rows: checks.rows, money, look: checks.look });
    },
  };
}
