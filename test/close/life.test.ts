/**
 * Random lives of a sale on the embedded book and stock: whatever happens in whatever order, no
 * unit is lost or sold twice, each buyer has one live order, the waitlist is served in order, and
 * the ledger balances once all is settled and delivered. `SEED=<number>` replays a run.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenStage } from './close.stage.ts';
import { openSqliteStage } from './databases.ts';
import { expectWhole } from './expect-whole.ts';
import { type Life, type LifeStep, lifeStep, takeLifeStep } from './life.steps.ts';
import type { SaleStage } from './sale.stage.ts';
import { LIVE, type LineRow } from './stage.statements.ts';

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const RUNS = 60;
const MOST_STEPS = 60;

let stage: OpenStage;
beforeAll(async () => {
  stage = await openSqliteStage();
});
afterAll(() => stage.close());

test(`${RUNS} random lives of a sale (SEED=${SEED})`, { timeout: 120_000 }, async () => {
  const done = new Map<string, number>();
  const lives = fc.asyncProperty(
    fc.integer({ min: 1, max: 5 }),
    fc.array(lifeStep, { minLength: 1, maxLength: MOST_STEPS, size: 'max' }),
    async (units, steps) => {
      const life: Life = { book: stage.book, sale: await stage.sale(units), inFlight: [], done };
      for (const step of steps) await takeJudgedStep(life, step);
      await endLife(life);
    },
  );
  await fc.assert(lives, { seed: SEED, numRuns: RUNS });
  // A run that never did a thing would prove nothing about it.
  const kinds = ['click', 'close', 'deliver', 'join', 'leave', 'pay', 'refund', 'settle', 'top-up'];
  expect([...done.keys()].sort()).toEqual(kinds);
});

async function takeJudgedStep(life: Life, step: LifeStep): Promise<void> {
  const { sale } = life;
  const before = { line: await sale.line(), free: (await sale.counters())?.free ?? 0 };
  await takeLifeStep(life, step);
  await expectWhole(sale);
  expectInOrder(before.line, await sale.line());
  const { free = 0, waiting = 0 } = (await sale.counters()) ?? {};
  if (free > before.free) expect(waiting, 'nobody waits beside a unit that came back').toBe(0);
}

/** Of those who waited before, whoever was served stood before whoever still waits. */
function expectInOrder(before: readonly LineRow[], after: readonly LineRow[]): void {
  const stateNow = new Map(after.map(({ buyerId, state }) => [buyerId, state]));
  const states = before
    .filter(({ state }) => state === 'waiting')
    .map(({ buyerId }) => stateNow.get(buyerId));
  const firstWaiting = states.indexOf('waiting');
  if (firstWaiting >= 0) expect(states.lastIndexOf('served')).toBeLessThan(firstWaiting);
}

async function endLife({ sale, inFlight }: Life): Promise<void> {
  if (inFlight.length > 0) await sale.settle(...inFlight);
  await sale.deliver();
  await expectWhole(sale);
  await expectSameHolders(sale);
  expect(await sale.audit()).toMatchObject({ balanced: true, findings: [] });
}

/**
 * The stock store knows exactly the buyers with a live order, each with that order. It may have
 * forgotten one whose buyer was also the waitlist's head, and lost that unit again, all while the
 * order was on its way to the book: a second click is then a duplicate.
 */
async function expectSameHolders(sale: SaleStage): Promise<void> {
  const live = new Map<string, string>();
  const heads = new Set<string>();
  for (const { buyerId, orderId, state, seq } of await sale.rows()) {
    if (LIVE.has(state)) live.set(buyerId, orderId);
    if (seq === 0) heads.add(buyerId);
  }
  for (const { buyerId } of await sale.rows()) {
    const holding = await stage.stock.find(sale.saleId, buyerId);
    if (holding === undefined && heads.has(buyerId)) continue;
    expect(holding?.orderId, buyerId).toBe(live.get(buyerId));
  }
}
