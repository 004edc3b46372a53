/** The list of sales: the same for everybody, asked of the origin once a second and no more. */
import { describe, expect, test } from 'vitest';
import type { SaleDigest } from '../../contract/sale-list.ts';
import { logged, openShop, START_MS, told } from './shop.ts';

function digest(change: Partial<SaleDigest> = {}): SaleDigest {
  const terms = { saleId: 'phone', title: 'A phone', price: 100, currency: 'CNY' };
  const times = { opensAtMs: START_MS + 500, closesAtMs: START_MS + 3_600_000 };
  return { ...terms, ...times, units: 9, remaining: 9, paused: false, soldOut: false, ...change };
}

/** `sales` may change at any time; undefined: the origin is away. */
function openList() {
  const shop = openShop();
  const shown: { sales: SaleDigest[] | undefined } = { sales: [digest()] };
  shop.twist.origin = ({ path }) => {
    if (path !== '/edge/sales') return undefined;
    return shown.sales ? Response.json({ sales: shown.sales }) : new Response('', { status: 500 });
  };
  const asks = () => shop.seen.filter(({ path }) => path === '/edge/sales');
  return { shop, shown, asks, list: () => told(shop.fetch('/api/sales')) };
}

describe('the list of sales', () => {
  test('is public for a second, sets no cookie, and is asked for with a pass', async () => {
    const { list, asks } = openList();
    const answer = await list();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toMatch(/^public, max-age=1,/);
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(answer.body).toMatchObject({ sales: [{ saleId: 'phone', state: 'scheduled' }] });
    expect(asks()).toMatchObject([{ method: 'GET', pass: { kind: 'valid', buyerId: '' } }]);
  });

  test('costs the origin one question a second, and opens a sale without one', async () => {
    const { shop, shown, list, asks } = openList();
    for (let count = 0; count < 50; count += 1) await list();
    shop.clock.ms += 500;
    expect((await list()).body.sales).toMatchObject([{ state: 'open' }]);
    expect(asks()).toHaveLength(1);
    shown.sales = [digest({ soldOut: true, remaining: 0 })];
    shop.clock.ms += 501;
    expect((await list()).body.sales).toMatchObject([{ state: 'sold-out' }]);
    expect(asks()).toHaveLength(2);
    const other = shop.otherIsolate();
    expect((await told(other.fetch('/api/sales'))).body.sales).toMatchObject([
      { state: 'sold-out' },
    ]);
    expect(asks()).toHaveLength(2);
  });

  test('is asked for once by a crowd that finds nothing, and once when it is old', async () => {
    const { shop, list, asks } = openList();
    const crowd = () => Promise.all(Array.from({ length: 200 }, list));
    expect(new Set((await crowd()).map(({ status }) => status))).toEqual(new Set([200]));
    expect(asks()).toHaveLength(1);
    shop.clock.ms += 1_001;
    await crowd();
    expect(asks()).toHaveLength(2);
  });

  test('is asked for once a second by a crowd while the origin is away', async () => {
    const { shop, shown, list, asks } = openList();
    await list();
    shown.sales = undefined;
    for (let second = 1; second <= 5; second += 1) {
      shop.clock.ms += 1_001;
      for (let count = 0; count < 50; count += 1) expect((await list()).status).toBe(200);
      expect(asks()).toHaveLength(1 + second);
    }
  });

  test('stays while the origin is away, with its age; without one it says so', async () => {
    const { shop, shown, list } = openList();
    await list();
    shown.sales = undefined;
    shop.clock.ms += 10_000;
    expect((await list()).body).toMatchObject({
      asOf: new Date(START_MS).toISOString(),
      sales: [{ saleId: 'phone' }],
    });
    expect(logged.join()).toContain('sale-list-failed');
    const cold = openList();
    cold.shown.sales = undefined;
    expect(await cold.list()).toMatchObject({ status: 503, type: '/problems/overloaded' });
  });

  test('that is none the edge can read is not shown', async () => {
    const { shown, list } = openList();
    shown.sales = [{ ...digest(), price: -1 }];
    expect((await list()).status).toBe(503);
  });

  test('is only to be read', async () => {
    const { shop, asks } = openList();
    const answer = await told(shop.fetch('/api/sales', { method: 'POST' }));
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(asks()).toEqual([]);
  });
});
