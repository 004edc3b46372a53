/** What speaks against joining a line before its sale's stores are asked. */
import { expect, test } from 'vitest';
import { createMayJoin } from '../../../origin/waitlist/may-join.ts';
import { fakeBook, fakeStock, saleOf } from '../fakes.ts';

test('nobody joins the line of a sale whose store is away, and nobody asks it', async () => {
  const mayJoin = createMayJoin({ book: fakeBook({}), stock: fakeStock({}), nowMs: () => 1_500 });
  const wish = { buyerId: 'buyer-1', quantity: 1 };
  expect(await mayJoin(saleOf({ soldBy: 'log' }), wish)).toEqual({ kind: 'recovering' });
  const over = saleOf({ soldBy: 'log', closesAtMs: 1_500 });
  expect(await mayJoin(over, wish)).toEqual({ kind: 'ended' });
});
