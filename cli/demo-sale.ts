/**
 * The sale that `npm start` makes, so that there is something to buy: a hundred phones in 15
 * seconds.
 */
import { operatorSaleSchema } from '../contract/operator.ts';
import { type OperatorClient, OperatorError } from './operator-client.ts';

const OPENS_IN_MS = 15_000;
const CLOSES_IN_MS = 7 * 86_400_000;

/** Resolves with a hint when a demo sale of an earlier start is over. */
export async function createDemoSale(
  client: OperatorClient,
  { saleId, nowMs }: { saleId: string; nowMs: number },
): Promise<string | undefined> {
  const path = `/operator/sales/${saleId}`;
  const existing = await client.get(path, operatorSaleSchema).catch((error: unknown) => {
    if (error instanceof OperatorError && error.status === 404) return undefined;
    throw error;
  });
  if (existing === undefined) {
    await client.post('/operator/sales', operatorSaleSchema, {
      saleId,
      title: 'Sluice Phone 15 Pro · 闪购手机',
      units: 100,
      price: 199_900,
      currency: 'CNY',
      opensAt: new Date(nowMs + OPENS_IN_MS).toISOString(),
      closesAt: new Date(nowMs + CLOSES_IN_MS).toISOString(),
    });
    return undefined;
  }
  if (existing.state !== 'ended' && existing.state !== 'sold-out') return undefined;
  return (
    `The demo sale of an earlier start is ${existing.state}. Make another with: npx sluice sale ` +
    'create --id phone --title Phone --units 100 --price 199900 --opens-in 15s'
  );
}
