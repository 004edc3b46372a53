/**
 * What an isolate's copies do when things go wrong: the origin hangs, a burst comes after a quiet
 * time, the clock is set back. One asks at a time, and nothing stays frozen.
 */
import { describe, expect, test } from 'vitest';
import { openSale, openShop, type Shop, told } from './shop.ts';

function statusOf(shop: Shop) {
  return shop.order().then(({ status }) => status);
}

/** How many of its requests got each status. */
function counted(statuses: readonly number[]) {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('an origin that hangs', () => {
  /** As a request that the call's own limit of 2 s ends; the test's clock says when. */
  function hang(shop: Shop) {
    const asked: { atMs: number; end(): void }[] = [];
    shop.twist.origin = ({ path }) => {
      if (!path.startsWith('/edge/')) return undefined;
      const { promise, reject } = Promise.withResolvers<Response>();
      asked.push({ atMs: shop.clock.ms, end: () => reject(new Error('timed out')) });
      return promise;
    };
    return asked;
  }

  test('is asked by one at a time, also when the last copy is too old', async () => {
    const shop = openShop();
    await shop.order();
    const asked = hang(shop);
    shop.clock.ms += 61_000;
    const statuses: Promise<number>[] = [];
    for (const endMs = shop.clock.ms + 30_000; shop.clock.ms < endMs; shop.clock.ms += 100) {
      statuses.push(statusOf(shop), statusOf(shop), statusOf(shop));
      await scheduler.wait(2);
      if (shop.clock.ms - (asked.at(-1)?.atMs ?? 0) === 2_000) asked.at(-1)?.end();
    }
    asked.at(-1)?.end();
    expect(counted(await Promise.all(statuses))).toEqual({ 503: 900 });
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThanOrEqual(10);
  });

  test('is asked again when its asker was lost', async () => {
    const shop = openShop();
    const asked = hang(shop);
    const lost = statusOf(shop);
    await scheduler.wait(10);
    expect(await statusOf(shop)).toBe(503);
    expect(asked).toHaveLength(1);
    shop.clock.ms += 3_000;
    const next = statusOf(shop);
    await scheduler.wait(10);
    expect(asked).toHaveLength(2);
    // That the lost one comes back after all does not let a third one ask.
    asked[0]?.end();
    expect(await lost).toBe(503);
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(503);
    expect(asked).toHaveLength(2);
    asked[1]?.end();
    expect(await next).toBe(503);
  });
});

test('an isolate that was idle and meets a burst asks once, and all wait for it', async () => {
  const shop = openShop();
  await shop.order();
  shop.sales.set('phone', openSale({ soldOut: true }));
  shop.clock.ms += 10_000;
  shop.twist.origin = async () => {
    await scheduler.wait(50);
    return Response.json(shop.sales.get('phone'));
  };
  const statuses = await Promise.all(Array.from({ length: 51 }, () => statusOf(shop)));
  expect(counted(statuses)).toEqual({ 409: 51 });
  expect(shop.snapshotAsks()).toBe(2);
});

describe('a clock that is set back', () => {
  const HOUR_MS = 3_600_000;

  test.each([1, 1_000, HOUR_MS])('by %i ms does not freeze what is known', async (backMs) => {
    const shop = openShop(openSale({ opensAtMs: 0 }));
    expect(await statusOf(shop)).toBe(202);
    shop.sales.set('phone', openSale({ opensAtMs: 0, soldOut: true }));
    shop.clock.ms -= backMs;
    expect(await statusOf(shop)).toBe(409);
    expect(await statusOf(shop)).toBe(409);
    expect(shop.snapshotAsks(), 'the new copy is fresh').toBe(2);
    const other = shop.otherIsolate();
    expect((await other.fetch('/api/sales/phone')).status).toBe(200);
    expect(shop.snapshotAsks(), 'and so is the colo’s').toBe(2);
  });

  test('does not make a colo’s copy of the future fresh', async () => {
    const shop = openShop(openSale({ opensAtMs: 0 }));
    await shop.order();
    shop.sales.set('phone', openSale({ opensAtMs: 0, soldOut: true }));
    shop.clock.ms -= HOUR_MS;
    const { status, body } = await told(shop.otherIsolate().fetch('/api/sales/phone'));
    expect({ status, body }).toMatchObject({ status: 200, body: { state: 'sold-out' } });
  });

  test('does not prolong the pause after a failure', async () => {
    const shop = openShop(openSale({ opensAtMs: 0 }));
    shop.twist.origin = () => Promise.reject(new Error('connection refused'));
    expect(await statusOf(shop)).toBe(503);
    shop.twist.origin = () => undefined;
    shop.clock.ms -= HOUR_MS;
    expect(await statusOf(shop)).toBe(202);
  });

  test('does not wait longer for an asker who was lost', async () => {
    const shop = openShop(openSale({ opensAtMs: 0 }));
    const { promise, reject } = Promise.withResolvers<Response>();
    shop.twist.origin = () => promise;
    const lost = statusOf(shop);
    await scheduler.wait(10);
    shop.twist.origin = () => undefined;
    shop.clock.ms -= HOUR_MS;
    expect(await statusOf(shop)).toBe(202);
    reject(new Error('gone'));
    expect(await lost).toBe(202);
  });

  test('while the origin is silent: what is known is shown, and acted upon no more', async () => {
    const shop = openShop(openSale({ opensAtMs: 0 }));
    await shop.order();
    shop.twist.origin = () => Promise.reject(new Error('connection refused'));
    shop.clock.ms -= HOUR_MS;
    expect(await statusOf(shop)).toBe(503);
    const { status, body } = await told(shop.fetch('/api/sales/phone'));
    expect({ status, body }).toMatchObject({ status: 200, body: { state: 'open' } });
    expect(body.asOf).toBe(new Date(shop.clock.ms - 60_001).toISOString());
  });
});
