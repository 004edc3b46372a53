/** What the edge is told of all sales: which, how much is left of each, how seldom it is read. */
import { expect, test } from 'vitest';
import { SALE_LIST_LIMITS, saleDigestsSchema } from '../../../contract/sale-list.ts';
import type { PassGate } from '../../../origin/http/pass-gate.ts';
import { createSaleListRoute } from '../../../origin/http/sale-list-route.ts';
import type { Sale } from '../../../origin/settle/book.ts';
import { fakeStock, saleOf, stockTermsOf } from '../fakes.ts';

const passOf =
  (buyerId: string): PassGate =>
  async () =>
    ({ kind: 'admitted', buyerId }) as never;

function openRoute(known: Sale[], { buyerId = '', isAway = false } = {}) {
  const clock = { ms: saleOf().opensAtMs };
  const read: string[] = [];
  const stock = fakeStock({
    async terms(saleId) {
      read.push(saleId);
      if (isAway) throw new Error('away');
      return stockTermsOf({ stock: 0 });
    },
  });
  const directory = { known: () => known };
  const passGate = passOf(buyerId);
  const routes = createSaleListRoute({ passGate, directory, stock, nowMs: () => clock.ms });
  return { clock, read, ask: () => routes.request('/edge/sales') };
}

test('tells of each sale for everybody how much is left', async () => {
  const invited = saleOf({ saleId: 'invited', access: { mode: 'listed', version: 1 } });
  const coded = saleOf({ saleId: 'coded', access: { mode: 'code', version: 1 } });
  const rehearsal = saleOf({ saleId: 'rehearsal-phone' });
  const unloaded = saleOf({ saleId: 'unloaded', loaded: false });
  const known = [saleOf({ saleId: 'phone' }), invited, coded, rehearsal, unloaded];
  const { ask, read } = openRoute(known);
  const { sales } = saleDigestsSchema.parse(await (await ask()).json());
  expect(sales.map(({ saleId, soldOut }) => [saleId, soldOut])).toEqual([
    ['phone', true],
    ['unloaded', false],
  ]);
  expect(read).toEqual(['phone']);
});

test('calls nothing sold out while the stock store is away', async () => {
  const { ask } = openRoute([saleOf()], { isAway: true });
  expect(await (await ask()).json()).toMatchObject({ sales: [{ soldOut: false }] });
});

test('reads the store twice a second at most, and of no more than it tells of', async () => {
  const many = Array.from({ length: 60 }, (_, index) => saleOf({ saleId: `sale-${index}` }));
  const { clock, read, ask } = openRoute(many);
  for (let count = 0; count < 20; count += 1) await ask();
  expect(read).toHaveLength(SALE_LIST_LIMITS.sales);
  clock.ms += 500;
  await ask();
  expect(read).toHaveLength(2 * SALE_LIST_LIMITS.sales);
  // Set back: what was kept is of the future.
  clock.ms -= 60_000;
  await ask();
  expect(read).toHaveLength(3 * SALE_LIST_LIMITS.sales);
});

test('is for the edge itself, and for no buyer', async () => {
  const { ask, read } = openRoute([saleOf()], { buyerId: 'b-1' });
  expect((await ask()).status).toBe(403);
  expect(read).toEqual([]);
});
