/**
 * Selling out and reopening reach every isolate within a second, and what they ask the origin for
 * that is counted: several isolates, some in one colo and some alone in theirs, under a crowd.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { openSale, openShop, type Shop } from './shop.ts';

/** Of the crowd's clicks at each isolate. */
const STEP_MS = 50;
const [IN_ONE_COLO, ALONE] = [3, 3];
const COLOS = 1 + ALONE;
const ISOLATES = IN_ONE_COLO + ALONE;

interface Step {
  atMs: number;
  /** Of the isolates, in their order. */
  statuses: number[];
  /** What the origin was asked in this step, snapshots and orders. */
  asked: number;
}

function crowdAt(shop: Shop) {
  const isolates = [
    { fetch: shop.fetch },
    ...Array.from({ length: IN_ONE_COLO - 1 }, () => shop.otherIsolate()),
    ...Array.from({ length: ALONE }, () => shop.otherIsolate('elsewhere')),
  ];
  return async (durationMs: number): Promise<Step[]> => {
    const steps: Step[] = [];
    for (const endMs = shop.clock.ms + durationMs; shop.clock.ms < endMs; ) {
      const before = shop.seen.length;
      const statuses: number[] = [];
      for (const { fetch } of isolates) statuses.push((await click(fetch)).status);
      steps.push({ atMs: shop.clock.ms, statuses, asked: shop.seen.length - before });
      shop.clock.ms += STEP_MS;
    }
    return steps;
  };
}

function click(fetch: Shop['fetch']) {
  const headers = { 'idempotency-key': 'click-0001' };
  return fetch('/api/sales/phone/orders', { method: 'POST', body: '{"quantity":1}', headers });
}

/** How long each isolate took until it first answered that. */
function delays(steps: Step[], status: number, sinceMs: number): number[] {
  return Array.from({ length: ISOLATES }, (_, isolate) => {
    const first = steps.find(({ statuses }) => statuses[isolate] === status);
    return (first?.atMs ?? Number.POSITIVE_INFINITY) - sinceMs;
  });
}

/** The most that the origin was asked in any second. */
function busiestSecond(steps: Step[]): number {
  const width = 1_000 / STEP_MS;
  const windows = steps
    .slice(0, steps.length - width + 1)
    .map((_, start) =>
      steps.slice(start, start + width).reduce((sum, { asked }) => sum + asked, 0),
    );
  return Math.max(...windows);
}

describe.each([0, 350, 900])('a change %i ms into a copy’s second', (intoMs) => {
  let shop: Shop;
  let crowd: ReturnType<typeof crowdAt>;
  beforeEach(async () => {
    shop = openShop();
    crowd = crowdAt(shop);
    await crowd(1_200 + intoMs);
  });

  test('that sells out is told by all within a second; then the origin has its peace', async () => {
    const soldOutAtMs = shop.clock.ms;
    shop.sales.set('phone', openSale({ soldOut: true, remaining: 0 }));
    const first = await crowd(1_100);
    expect(Math.max(...delays(first, 409, soldOutAtMs))).toBeLessThanOrEqual(1_000 + STEP_MS);

    const ordersBefore = shop.orders().length;
    const later = await crowd(3_000);
    expect(later.flatMap(({ statuses }) => statuses).every((status) => status === 409)).toBe(true);
    expect(shop.orders()).toHaveLength(ordersBefore);
    // Once a second and colo, which is less than once a second and isolate.
    expect(busiestSecond(later)).toBeGreaterThan(0);
    expect(busiestSecond(later)).toBeLessThanOrEqual(COLOS);
  });

  test('that reopens is told by all within a second', async () => {
    shop.sales.set('phone', openSale({ soldOut: true, remaining: 0 }));
    await crowd(1_400);
    const reopenedAtMs = shop.clock.ms;
    shop.sales.set('phone', openSale({ remaining: 5 }));
    const steps = await crowd(1_100);
    expect(Math.max(...delays(steps, 202, reopenedAtMs))).toBeLessThanOrEqual(1_000 + STEP_MS);
  });
});

test('an isolate that takes its colo’s copy takes the copy’s age with it', async () => {
  const shop = openShop();
  expect((await click(shop.fetch)).status).toBe(202);
  shop.sales.set('phone', openSale({ soldOut: true, remaining: 0 }));
  const { fetch } = shop.otherIsolate();
  shop.clock.ms += 990;
  expect((await click(fetch)).status).toBe(202);
  shop.clock.ms += 11;
  expect((await click(fetch)).status).toBe(409);
});

test('a cold isolate that meets a crowd of a sale that is sold out asks once', async () => {
  const shop = openShop(openSale({ soldOut: true, remaining: 0 }));
  shop.twist.origin = async ({ path }) => {
    if (!path.startsWith('/edge/')) return undefined as never;
    await scheduler.wait(50);
    return Response.json(shop.sales.get('phone'));
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => click(shop.fetch)));
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(409));
  expect(shop.seen).toHaveLength(1);
});
