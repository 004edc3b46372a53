/**
 * Closes reserved orders whose time to pay is over. The scan takes no locks, so each order is
 * looked at again under its own: one that was paid meanwhile stays paid. Where the provider may
 * still take money the order only stops being payable here; work-due.ts asks the provider, and the
 * unit is free once that is confirmed.
 */
import { lockOrders } from '../close/lock-orders.ts';
import { transactClosing } from '../close/transact-closing.ts';
import { closeUnpaid } from '../pay/want-closed.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'select-due-orders': selectDue } = statementsBeside(import.meta.url, ['select-due-orders']);

/** Orders that one transaction closes: some milliseconds of the sale's lock. */
export const EXPIRE_BATCH = 200;

/** How many were due; `limit` when there may be more. Of some only the payment's end has begun. */
export async function expireDue(book: OrderBook, { limit }: { limit: number }): Promise<number> {
  const due = await book.transact(function* (transaction) {
    const { nowMs } = transaction;
    return yield* answer(
      transaction.rows<{ orderId: string; saleId: string }>(selectDue, nowMs, limit),
    );
  });
  for (const orders of Map.groupBy(due, ({ saleId }) => saleId).values()) {
    await expire(
      book,
      orders.map(({ orderId }) => orderId),
    );
  }
  return due.length;
}

/** Orders of one sale. */
function expire(book: OrderBook, orderIds: readonly string[]): Promise<void> {
  return transactClosing(book, function* (transaction): Waiting<void> {
    const orders = yield* lockOrders(transaction, orderIds);
    const { nowMs } = transaction;
    const due = orders.filter((order) => order.state === 'reserved' && order.payBeforeMs <= nowMs);
    yield* closeUnpaid(transaction, due, 'deadline');
  });
}
