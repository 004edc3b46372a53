/**
 * Several edges that know nothing of each other over one origin, and a buyer who is at all of them
 * at once, as an app with many connections or a script is: one order, one verdict of the draw.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '../../origin/timer.ts';
import { auditAtRest } from '../flow/sale.ts';
import type { Told } from '../origin/http/edge-stand-in.ts';
import { type Click, openStage, type Stage } from './stage.ts';

const EDGES = [0, 1, 2];
let stage: Stage;

/** As a page does: told that the shop is busy, it clicks again for the same order. */
async function clickUntilTaken(click: Click): Promise<Told> {
  for (;;) {
    const told = await stage.click(click);
    if (told.status !== 503) return told;
    await pause(1_000);
  }
}

beforeAll(async () => {
  stage = await openStage({ edges: EDGES.length });
});
afterAll(() => stage?.close());

test('a buyer who clicks in all of them, each time with another key, has one order', async () => {
  await stage.openSale({ saleId: 'phone', units: 100, perBuyer: 2 });
  const buyers = Array.from({ length: 10 }, (_, index) => `everywhere-${index}`);
  const clicks = buyers.flatMap((buyerId) =>
    EDGES.flatMap((edge) =>
      [1, 2].map((time) => ({ buyerId, edge, idempotencyKey: `click-${edge}-${time}` })),
    ),
  );
  const answers = await Promise.all(
    clicks.map(async (click) => ({
      ...click,
      told: await clickUntilTaken({ saleId: 'phone', ...click }),
    })),
  );
  for (const buyerId of buyers) {
    const own = answers.filter((answer) => answer.buyerId === buyerId);
    expect(own.map(({ told }) => told.status).every((status) => status < 300)).toBe(true);
    expect(new Set(own.map(({ told }) => told.body.orderId)).size).toBe(1);
  }
  const ids = new Set(answers.map(({ told }) => told.body.orderId));
  expect(ids.size).toBe(buyers.length);
  const { proof, findings } = await auditAtRest(stage.shop, 'phone');
  expect(findings).toEqual([]);
  expect(proof).toMatchObject({ reservedUnits: buyers.length, buyersTwice: 0 });
});

test('who is drawn is drawn in all of them, and who is not in none', async () => {
  await stage.openSale({ saleId: 'half', units: 100, share: 0.5 });
  const buyers = Array.from({ length: 40 }, (_, index) => `lot-${index}`);
  const verdicts = await Promise.all(
    buyers.map(async (buyerId) => {
      const clicks = EDGES.map((edge) => clickUntilTaken({ saleId: 'half', buyerId, edge }));
      return (await Promise.all(clicks)).map(({ status, short }) => (status < 300 ? 'in' : short));
    }),
  );
  for (const own of verdicts) expect(new Set(own).size, own.join()).toBe(1);
  const drawn = verdicts.filter(([verdict]) => verdict === 'in').length;
  expect(new Set(verdicts.flat())).toEqual(new Set(['in', '429 not-drawn']));
  // 40 lots at one half: outside of this once in a million runs.
  expect(drawn).toBeGreaterThan(4);
  expect(drawn).toBeLessThan(36);
  const { proof } = await auditAtRest(stage.shop, 'half');
  expect(proof).toMatchObject({ reservedUnits: drawn, buyersTwice: 0 });
});

test('ten units and 60 buyers at three edges: ten orders, and all others hear of it', async () => {
  await stage.openSale({ saleId: 'few', units: 10 });
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      clickUntilTaken({ saleId: 'few', buyerId: `many-${index}`, edge: index % EDGES.length }),
    ),
  );
  const won = answers.filter(({ status }) => status < 300);
  expect(won).toHaveLength(10);
  const lost = answers.filter(({ status }) => status >= 300).map(({ short }) => short);
  expect(new Set(lost)).toEqual(new Set(['409 sold-out']));
});
