/**
 * What a sale's stock must be, read from the book in one transaction under the lock of the sale's
 * row. From that moment reservations of earlier epochs settle no more: their units are in the
 * snapshot. Free units go to the waitlist first. The store learns the ids of all orders that are
 * over: a release that was written before must not give its units a second time, whenever it comes,
 * and a click that is repeated must not begin its order again.
 */
import { lockSale } from '../close/change-sale.ts';
import { failpoint } from '../failpoints.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { settleFromNow } from './settle-from-now.ts';

const {
  'select-open-recovery': selectRecovery,
  'select-live-orders': selectLiveOrders,
  'select-resolved-orders': selectResolved,
} = statementsBeside(import.meta.url, [
  'select-open-recovery',
  'select-live-orders',
  'select-resolved-orders',
]);

/** Live orders read by one statement. */
const PAGE = 5_000;

export interface HeldOrder {
  buyerId: string;
  orderId: string;
  quantity: number;
}

export interface StockSnapshot {
  /** Units that nobody holds. */
  units: number;
  holdings: HeldOrder[];
  /** Ids of orders that are over. */
  releasedIds: string[];
}

/** Undefined when the sale is not being recovered into this epoch any more. */
export async function takeSnapshot(
  book: OrderBook,
  { saleId, epoch }: { saleId: string; epoch: number },
): Promise<StockSnapshot | undefined> {
  const snapshot = await book.transact(function* (transaction): Waiting<StockSnapshot | undefined> {
    const sale = yield* lockSale(transaction, saleId);
    const open = yield* answer(transaction.rows(selectRecovery, saleId, epoch));
    if (sale === undefined || open.length === 0 || sale.epoch !== epoch) return undefined;

    const units = yield* settleFromNow(transaction, sale);
    const resolved = yield* answer(transaction.rows<{ orderId: string }>(selectResolved, saleId));
    const releasedIds = resolved.map(({ orderId }) => orderId);
    const holdings = yield* readLiveOrders(transaction, saleId);
    return { units, holdings, releasedIds };
  });
  failpoint('recover.after-snapshot');
  return snapshot;
}

function* readLiveOrders(transaction: Transaction, saleId: string): Waiting<HeldOrder[]> {
  const orders: HeldOrder[] = [];
  for (let after = '', full = true; full; ) {
    const page = yield* answer(transaction.rows<HeldOrder>(selectLiveOrders, saleId, after, PAGE));
    orders.push(...page);
    after = page.at(-1)?.buyerId ?? after;
    full = page.length === PAGE;
  }
  return orders;
}
