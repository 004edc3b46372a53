/** Sales for tests, and what the operator says of them afterwards. */
import { OperatorError } from '../../cli/operator-client.ts';
import { type Audit, auditSchema, operatorSaleSchema } from '../../contract/operator.ts';
import type { NewSale } from '../../contract/sale.ts';
import { pause } from '../../origin/timer.ts';
import type { Shop } from './shop.ts';

/** Open since a second ago, for an hour. */
export async function openSale(shop: Shop, terms: Partial<NewSale> & { saleId: string }) {
  return shop.operator.post('/operator/sales', operatorSaleSchema, {
    title: 'A phone',
    units: 100,
    price: 199_900,
    currency: 'CNY',
    opensAt: new Date(Date.now() - 1_000).toISOString(),
    closesAt: new Date(Date.now() + 3_600_000).toISOString(),
    ratePerSecond: 100_000,
    ...terms,
  });
}

/** Asks until the sale's ledger is at rest; an origin that is just starting again is waited for. */
export async function auditAtRest(shop: Shop, saleId: string, patienceMs = 30_000): Promise<Audit> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const audit = await shop.operator
      .get(`/operator/sales/${saleId}/audit`, auditSchema)
      .catch((error: unknown) => {
        if (error instanceof OperatorError && waitedMs < patienceMs) return undefined;
        throw error;
      });
    if (audit !== undefined && (audit.atWatermark || waitedMs >= patienceMs)) return audit;
    await pause(100);
  }
}
