/**
 * A sale as its operator sees it: with what buyers are not told, without the draw's secret seed.
 */
import { shareAt } from '../../contract/draw.ts';
import type { OperatorSale } from '../../contract/operator.ts';
import { saleViewOf } from '../../contract/sale.ts';
import { seedHashOf } from '../draw/proof.ts';
import { snapshotOf } from '../http/edge-routes.ts';
import type { Sale } from '../settle/book.ts';

/** `stockLeft` is undefined while the stock store does not know the sale. */
export function operatorSaleView(
  sale: Sale,
  stockLeft: number | undefined,
  nowMs: number,
): OperatorSale {
  return {
    ...saleViewOf(snapshotOf(sale, stockLeft ?? sale.units), nowMs),
    ...(stockLeft === undefined ? {} : { stockLeft }),
    version: sale.version,
    epoch: sale.epoch,
    loaded: sale.loaded,
    recovering: sale.recovering,
    soldBy: sale.soldBy,
    ratePerSecond: sale.ratePerSecond,
    share: shareAt(sale.shareSteps, nowMs),
    payWindowMs: sale.payWindowMs,
    freeOnPaymentFailure: sale.freeOnPaymentFailure,
    waitlistCap: sale.waitlistCap,
    score: sale.score,
    seedHash: seedHashOf(sale),
  };
}
