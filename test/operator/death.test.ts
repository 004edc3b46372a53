/**
 * A process that dies in the middle of an operator's change, on a real process: who wanted what is
 * known afterwards, and that nobody knows what came of it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOperatorClient } from '../../cli/operator-client.ts';
import { operatorChangesSchema } from '../../contract/operator-changes.ts';
import { openSale } from '../flow/sale.ts';
import { openShop, type Shop } from '../flow/shop.ts';

const WATCH = 'watch-0123456789abcdef';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop('embedded');
});
afterAll(() => shop.close());

test('killed before the change is committed: its row stays as begun', async () => {
  const OPERATOR_TOKENS = `watch:viewer:${WATCH}`;
  const failing = { FAILPOINTS: 'close.before-commit=kill', OPERATOR_TOKENS };
  const origin = await shop.startOrigin(failing);
  await openSale(shop, { saleId: 'phone' });
  const { ORIGIN_URL: url = '', OPERATOR_TOKEN: token = '' } = shop.environment;
  const topUp = fetch(`${url}/operator/sales/phone/top-up`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ topUpId: 'more-1', units: 5 }),
  });
  await expect(topUp).rejects.toThrow();
  await origin.ended;

  await shop.startOrigin({ OPERATOR_TOKENS });
  const watch = createOperatorClient(url, WATCH);
  const { changes } = await watch.get('/operator/changes?target=phone', operatorChangesSchema);
  expect(changes).toMatchObject([
    {
      ...{ operator: 'operator', action: 'sale.top-up', outcome: 'begun' },
      details: { body: { topUpId: 'more-1', units: 5 } },
    },
    { action: 'sale.create', outcome: 'done', status: 201 },
  ]);
  expect(changes[0]).not.toHaveProperty('status');
}, 60_000);
