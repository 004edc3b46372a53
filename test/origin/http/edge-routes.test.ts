/** What the edge is told of a sale while the stock store cannot say how much is left of it. */
import { expect, test } from 'vitest';
import { createEdgeRoutes } from '../../../origin/http/edge-routes.ts';
import type { PassGate } from '../../../origin/http/pass-gate.ts';
import type { SaleDirectory } from '../../../origin/sales/directory.ts';
import { fakeStock, saleOf, stockTermsOf } from '../fakes.ts';

test.each([
  ['is empty', async () => stockTermsOf({ stock: 0 }), true],
  ['waits for its stock', async () => stockTermsOf({ stock: 0, frozen: true }), false],
  ['has no state', async () => undefined, false],
  ['is away', async () => Promise.reject(new Error('away')), false],
])('when the store %s', async (_name, terms, soldOut) => {
  const passGate: PassGate = async () => ({ kind: 'admitted', buyerId: '' }) as never;
  const directory = { get: () => saleOf() } as Partial<SaleDirectory> as SaleDirectory;
  const stock = fakeStock({ terms });
  const routes = createEdgeRoutes({ passGate, directory, stock, fed: true });
  const answer = await routes.request('/edge/sales/phone');
  expect(await answer.json()).toMatchObject({ soldOut, fed: true });
});
