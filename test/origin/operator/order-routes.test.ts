/** The audit of a sale that the stock store does not know: it is not said to be no sale. */
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { addOrderRoutes } from '../../../origin/operator/order-routes.ts';
import type { ShowOrders } from '../../../origin/operator/order-view.ts';
import type { SaleDirectory } from '../../../origin/sales/directory.ts';
import type { BookProof } from '../../../origin/settle/book.ts';
import { bookTermsOf, fakeBook, fakeStock, saleOf } from '../fakes.ts';

test.each([
  ['phone', 503],
  ['watch', 404],
  ['NOT-AN-ID!', 404],
])('%s: %i', async (saleId, status) => {
  const routes = new Hono();
  const proof: BookProof = { reservedUnits: 0, paidUnits: 0, buyersTwice: 0, orders: {} };
  const book = fakeBook({
    terms: async (asked) => (asked === 'phone' ? bookTermsOf() : undefined),
    proof: async () => proof,
  });
  const stock = fakeStock({ terms: async () => undefined });
  const directory = { get: (asked: string) => (asked === 'phone' ? saleOf() : undefined) };
  addOrderRoutes(routes, {
    stores: { book, stock },
    directory: directory as Partial<SaleDirectory> as SaleDirectory,
    show: {} as ShowOrders,
  });
  const answer = await routes.request(`/operator/sales/${saleId}/audit`);
  expect(answer.status).toBe(status);
});
