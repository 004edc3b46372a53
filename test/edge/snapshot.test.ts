/** What an isolate knows of a sale, how old it may be, and who asks the origin when. */
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../contract/base64url.ts';
import { planFor } from '../../edge/copies.ts';
import { openSale, openShop, problemAnswer, type Shop, START_MS, told } from './shop.ts';

function statusOf(shop: Shop) {
  return shop.order().then(({ status }) => status);
}

describe('the plan for a copy', () => {
  const known = { kind: 'unknown-sale' } as const;
  const entry = { known, askedAtMs: 100_000, askingUntilMs: 0, notBeforeMs: 0 };
  test.each([
    ['fresh', {}, 1_000, 'use'],
    ['older, nobody asks', {}, 1_001, 'ask'],
    ['older, somebody asks', { askingUntilMs: 200_000 }, 5_000, 'use'],
    ['too old while somebody asks', { askingUntilMs: 200_000 }, 5_001, 'wait'],
    ['older, and whoever asked never came back', { askingUntilMs: 103_000 }, 3_000, 'ask'],
    ['older, just after a failure', { notBeforeMs: 200_000 }, 60_000, 'use'],
    ['a minute old, just after a failure', { notBeforeMs: 200_000 }, 60_001, 'unavailable'],
    ['nothing known', { known: undefined }, 0, 'ask'],
    ['nothing known, somebody asks', { known: undefined, askingUntilMs: 200_000 }, 0, 'wait'],
    [
      'older, somebody asks an origin that was silent',
      { askingUntilMs: 200_000, notBeforeMs: 100_001 },
      60_000,
      'use',
    ],
    [
      'a minute old, somebody asks an origin that was silent',
      { askingUntilMs: 200_000, notBeforeMs: 100_001 },
      60_001,
      'wait',
    ],
    ['of the future', {}, -1, 'ask'],
    ['of the future, somebody asks', { askingUntilMs: 200_000 }, -1, 'wait'],
    ['of the future, just after a failure', { notBeforeMs: 200_000 }, -1, 'unavailable'],
    [
      'nothing known, just after a failure',
      { known: undefined, notBeforeMs: 200_000 },
      0,
      'unavailable',
    ],
  ])('%s', (_name, change, ageMs, plan) => {
    expect(planFor({ ...entry, ...change }, 100_000 + ageMs)).toBe(plan);
  });
});

describe('the snapshot', () => {
  test('is asked for with a pass of no buyer, once for a second of orders', async () => {
    const shop = openShop();
    for (let ms = 0; ms <= 1_000; ms += 100) {
      shop.clock.ms = START_MS + ms;
      await shop.order();
    }
    expect(shop.snapshotAsks()).toBe(1);
    expect(shop.seen[0]?.path).toBe('/edge/sales/phone');
    expect(shop.seen[0]?.pass).toMatchObject({ kind: 'valid', buyerId: '' });
    expect(shop.seen[0]?.headers.has('idempotency-key')).toBe(false);
  });

  test('shows a sold-out sale and a returned unit after a second', async () => {
    const shop = openShop();
    expect(await statusOf(shop)).toBe(202);
    shop.sales.set('phone', openSale({ soldOut: true }));
    expect(await statusOf(shop)).toBe(202);
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(409);
    shop.sales.set('phone', openSale({ soldOut: false }));
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(202);
  });

  test('opens by the clock, without asking anybody', async () => {
    const shop = openShop(openSale({ opensAtMs: START_MS + 500 }));
    expect(await statusOf(shop)).toBe(403);
    shop.clock.ms = START_MS + 500;
    expect(await statusOf(shop)).toBe(202);
    expect(shop.snapshotAsks()).toBe(1);
  });

  test('is used by others while one asks, and nobody waits for that one', async () => {
    const shop = openShop();
    await shop.order();
    shop.clock.ms += 2_000;
    const slow = Promise.withResolvers<Response>();
    shop.twist.origin = ({ path }) => (path.startsWith('/edge/') ? slow.promise : undefined);
    const first = shop.order();
    await expect.poll(() => shop.snapshotAsks(), { interval: 5 }).toBe(2);
    const others = await Promise.all([shop.order(), shop.order(), shop.order()]);
    expect(others.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(shop.snapshotAsks()).toBe(2);
    slow.resolve(Response.json(openSale({ soldOut: true, version: 2 })));
    expect((await first).status).toBe(409);
    expect(await statusOf(shop)).toBe(409);
  });

  test('is kept for a minute while the origin is down, asking once a second', async () => {
    const shop = openShop();
    await shop.order();
    shop.twist.origin = ({ path }) =>
      path.startsWith('/edge/') ? Promise.reject(new Error('connection refused')) : undefined;
    for (let second = 1; second <= 59; second += 1) {
      shop.clock.ms = START_MS + second * 1_010;
      expect(await statusOf(shop)).toBe(202);
      expect(await statusOf(shop)).toBe(202);
    }
    expect(shop.snapshotAsks()).toBeLessThanOrEqual(60);
    shop.clock.ms = START_MS + 60_001;
    const answer = await told(shop.order());
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(answer.headers.get('retry-after')).toBe('1');
    shop.twist.origin = () => undefined;
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(202);
  });

  test.each([
    ['an error', () => new Response('stack trace', { status: 500 })],
    ['another shape', () => Response.json({ saleId: 'phone' })],
    ['a seed that is too short', () => Response.json(openSale({ seed: 'AAAA' }))],
    ['no JSON', () => new Response('<html>')],
    ['a 404 that is not about the sale', () => new Response('{}', { status: 404 })],
    ['a refusal of the pass', () => problemAnswer(403, 'no-pass')],
  ])('of a cold isolate whose origin answers with %s is a 503', async (_name, origin) => {
    const shop = openShop();
    shop.twist.origin = origin;
    const answer = await told(shop.order());
    expect(answer).toMatchObject({ status: 503, type: '/problems/overloaded' });
    expect(JSON.stringify(answer.body)).not.toContain('stack');
    await shop.order();
    expect(shop.snapshotAsks()).toBe(1);
  });

  test('does not go back to a smaller version that one reply tells', async () => {
    const shop = openShop(openSale({ version: 7, paused: true }));
    expect(await statusOf(shop)).toBe(403);
    shop.sales.set('phone', openSale({ version: 6 }));
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(403);
    shop.sales.set('phone', openSale({ version: 8 }));
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(202);
  });

  test('goes back when the origin goes on saying so for five seconds', async () => {
    const shop = openShop(openSale({ version: 7, paused: true }));
    expect(await statusOf(shop)).toBe(403);
    shop.sales.set('phone', openSale({ version: 2 }));
    shop.clock.ms += 3_000;
    expect(await statusOf(shop)).toBe(403);
    shop.clock.ms += 2_001;
    expect(await statusOf(shop)).toBe(202);
    shop.sales.set('phone', openSale({ version: 3, paused: true }));
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(403);
  });

  test('goes back at once when the id is that of another sale now', async () => {
    const shop = openShop(openSale({ version: 7, paused: true }));
    expect(await statusOf(shop)).toBe(403);
    const seed = toBase64Url(new Uint8Array(32).fill(8));
    shop.sales.set('phone', openSale({ version: 1, seed }));
    shop.clock.ms += 1_001;
    expect(await statusOf(shop)).toBe(202);
  });

  test('of a late reply does not replace a newer one of the same version', async () => {
    const shop = openShop();
    const late = Promise.withResolvers<Response>();
    shop.twist.origin = ({ path }) => (path.startsWith('/edge/') ? late.promise : undefined);
    const first = shop.order();
    await scheduler.wait(10);
    shop.twist.origin = () => undefined;
    expect(await statusOf(shop), 'while the first one may still come').toBe(503);
    shop.clock.ms += 3_000;
    expect(await statusOf(shop), 'when it counts as lost').toBe(202);
    late.resolve(Response.json(openSale({ soldOut: true })));
    await first;
    expect(await statusOf(shop)).toBe(202);
  });

  test('of a sale that does not exist is not asked for again within a second', async () => {
    const shop = openShop();
    expect((await shop.order({ saleId: 'none' })).status).toBe(404);
    expect((await shop.order({ saleId: 'none' })).status).toBe(404);
    expect(shop.snapshotAsks()).toBe(1);
    shop.sales.set('none', openSale({ saleId: 'none' }));
    shop.clock.ms += 1_001;
    expect((await shop.order({ saleId: 'none' })).status).toBe(202);
  });
});
