/**
 * What an isolate counts, and when it tells: each answer to a crowd's request under its name, in
 * one call every other second, and nothing of a sale that does not exist.
 */
import { expect, test } from 'vitest';
import { type EdgeCounts, noCounts } from '../../contract/edge-numbers.ts';
import { problem } from '../../contract/problem.ts';
import type { Environment } from '../../edge/environment.ts';
import type { NumberObjects } from '../../edge/numbers.ts';
import { countOutcome, sumCounts } from '../../edge/objects/sum-counts.ts';
import { openSale, openShop, type Shop, START_MS } from './shop.ts';

interface Counted {
  shop: Shop;
  /** What each call told. */
  calls: { saleId: string; counts: EdgeCounts }[];
  /** All of it together. */
  told(): EdgeCounts;
  /** Ends the wait that goes on before each call. */
  tellNow(): void;
  fail: { next: boolean };
}

function openCounted(sale = openSale(), change: Partial<Environment> = {}): Counted {
  const calls: Counted['calls'] = [];
  const fail = { next: false };
  const objects: NumberObjects = {
    async add(saleId, _region, counts) {
      if (fail.next) {
        fail.next = false;
        throw new Error('the object is away');
      }
      calls.push({ saleId, counts: structuredClone(counts) });
      return 2_000;
    },
    read: async () => noCounts(),
    rate: async () => undefined,
  };
  const shop = openShop(sale, change, objects);
  const waits: (() => void)[] = [];
  shop.twist.pause = (durationMs) =>
    durationMs === 2_000
      ? new Promise((resolve) => waits.push(resolve))
      : scheduler.wait(durationMs);
  const told = () => calls.reduce((sum, { counts }) => sumCounts(sum, counts), noCounts());
  const tellNow = () => {
    for (const end of waits.splice(0)) end();
  };
  return { shop, calls, told, tellNow, fail };
}

/** The wait belongs to a request that has its answer: it is ended as soon as it has begun. */
async function send(counted: Counted, path: string, init: RequestInit = {}): Promise<Response> {
  const ending = setInterval(counted.tellNow, 5);
  try {
    return await counted.shop.fetch(path, { method: 'POST', ...init });
  } finally {
    clearInterval(ending);
  }
}

const ORDERS = '/api/sales/phone/orders';
const click = { headers: { 'idempotency-key': 'click-0001' } };

test('an order that is taken counts as admitted and as accepted', async () => {
  const counted = openCounted();
  expect((await send(counted, ORDERS, click)).status).toBe(202);
  expect(counted.told()).toEqual({
    outcomes: { accepted: 1 },
    joins: {},
    admitted: 1,
    copies: { hit: 0, miss: 1 },
  });
});

test.each<[string, Parameters<typeof openSale>[0]]>([
  ['not-open', { opensAtMs: START_MS + 60_000 }],
  ['ended', { closesAtMs: START_MS - 1 }],
  ['sold-out', { soldOut: true }],
  ['not-drawn', { shareSteps: [{ atMs: 0, share: 0 }] }],
])('a refusal counts by its name: %s', async (name, change) => {
  const counted = openCounted(openSale(change));
  await send(counted, ORDERS, click);
  expect(counted.told()).toMatchObject({ outcomes: { [name]: 1 }, admitted: 0 });
});

test('what the rate refuses is told from what a limit refuses', async () => {
  const counted = openCounted(openSale(), { addressLimit: 1 });
  counted.shop.twist.bucket = async () => ({ tokens: 0, livesMs: 250, askAgainAfterMs: 1_000 });
  const headers = { ...click.headers, 'cf-connecting-ip': '192.0.2.1' };
  for (let clicks = 0; clicks < 7; clicks += 1) await send(counted, ORDERS, { headers });
  expect(counted.told().outcomes).toEqual({ 'too-fast': 5, 'address-limited': 2 });
});

test("the origin's answers count by their problem's name, its silence as unreachable", async () => {
  const counted = openCounted();
  const { shop } = counted;
  const refusal = problem(409, 'sold-out', 'Sold out');
  shop.twist.origin = ({ path }) =>
    path.endsWith('/orders') ? Response.json(refusal.body, refusal) : undefined;
  await send(counted, ORDERS, click);
  shop.twist.origin = ({ path }) => {
    if (path.endsWith('/orders')) throw new Error('the connection broke');
    return undefined;
  };
  shop.clock.ms += 10_000;
  await send(counted, ORDERS, click);
  expect(counted.told()).toMatchObject({
    outcomes: { 'sold-out': 1, unreachable: 1 },
    admitted: 2,
  });
});

test('joins of the waitlist are counted apart', async () => {
  const counted = openCounted();
  await send(counted, '/api/sales/phone/waitlist', { method: 'PUT' });
  expect(counted.told()).toMatchObject({ outcomes: {}, joins: { 'not-sold-out': 1 } });
});

test('a sale that does not exist is not counted, and no object is asked for it', async () => {
  const counted = openCounted();
  for (const saleId of ['made-up', 'no', 'UPPER']) {
    await send(counted, `/api/sales/${saleId}/orders`, click);
  }
  expect(counted.calls).toEqual([]);
});

test('many requests are one call', async () => {
  const counted = openCounted(openSale({ soldOut: true }));
  const ends = Array.from({ length: 50 }, () => counted.shop.fetch(ORDERS, { method: 'POST' }));
  // All but the one whose wait it is.
  await Promise.race([Promise.all(ends.slice(1)), scheduler.wait(10_000)]);
  expect(counted.calls).toEqual([]);
  const ending = setInterval(counted.tellNow, 5);
  await Promise.all(ends);
  clearInterval(ending);
  expect(counted.calls).toHaveLength(1);
  expect(counted.told().outcomes).toEqual({ 'sold-out': 50 });
});

test('what a call could not tell, the next one tells', async () => {
  const counted = openCounted(openSale({ soldOut: true }));
  counted.fail.next = true;
  await send(counted, ORDERS);
  expect(counted.calls).toEqual([]);
  await send(counted, ORDERS);
  expect(counted.told()).toMatchObject({
    outcomes: { 'sold-out': 2 },
    copies: { hit: 1, miss: 1 },
  });
});

test('names beyond the bound count as other', () => {
  const outcomes: Record<string, number> = {};
  for (let number = 0; number < 150; number += 1) countOutcome(outcomes, `name-${number}`, 1);
  expect(Object.keys(outcomes)).toHaveLength(101);
  expect(outcomes.other).toBe(50);
  countOutcome(outcomes, 'name-1', 2);
  expect(outcomes['name-1']).toBe(3);
});
