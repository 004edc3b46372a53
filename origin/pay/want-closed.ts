/**
 * Closes orders that are not paid: at once where the provider can take no money for them, else by
 * way of the provider. Then the order keeps its unit and says who wants it closed, nobody begins to
 * pay it, and its payment is cancelled first (work-due.ts); the answer to that closes the order.
 */
import type { ClosedBy } from '../../contract/order.ts';
import { type Closing, closeOrders } from '../close/close-orders.ts';
import type { LockedOrder } from '../close/lock-orders.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { endBy, isLive } from './judge-payment.ts';
import type { PaymentRow } from './payment-rows.ts';

const {
  'select-payments-of-orders': selectPayments,
  'cancel-live-payments': cancelLivePayments,
  'want-orders-closed': wantOrdersClosed,
} = statementsBeside(import.meta.url, [
  'select-payments-of-orders',
  'cancel-live-payments',
  'want-orders-closed',
]);

/**
 * `orders` are of one sale, locked by the caller and reserved. Whoever wanted one closed before is
 * the one who closes it.
 */
export function* closeUnpaid(
  transaction: Transaction,
  orders: readonly LockedOrder[],
  closedBy: ClosedBy,
): Waiting<void> {
  const [first] = orders;
  if (first === undefined) return;
  const orderIds = orders.map(({ orderId }) => orderId);
  const payments = yield* answer(transaction.rows<PaymentRow>(selectPayments, orderIds));
  const live = new Set(payments.filter(({ state }) => isLive(state)).map((row) => row.orderId));

  const paying = orderIds.filter((orderId) => live.has(orderId));
  if (paying.length > 0) {
    const { nowMs } = transaction;
    yield* answer(transaction.run(wantOrdersClosed, closedBy, nowMs, paying));
    yield* answer(transaction.run(cancelLivePayments, nowMs, nowMs, paying));
  }
  const closings = orders
    .filter(({ orderId }) => !live.has(orderId))
    .map((order): Closing => ({ order, ...endBy(order.closedBy ?? closedBy), restock: true }));
  if (closings.length > 0) yield* closeOrders(transaction, first.saleId, closings);
}
