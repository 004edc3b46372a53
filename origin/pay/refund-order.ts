/**
 * Gives a paid order's money back because its operator says so. The order, its units and the wish
 * to refund are written in one transaction; the provider is asked by whoever works on due payments.
 * A repeated command gets the same answer, and refunds nothing twice; one that wants the units to
 * go another way than they went is refused.
 */
import type { Refusal } from '../../contract/outcomes.ts';
import { closeOrders } from '../close/close-orders.ts';
import { lockOrders } from '../close/lock-orders.ts';
import { failpoint } from '../failpoints.ts';
import type { BookOrder } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { change } from './learn-status.ts';
import type { PaymentParts } from './payment-parts.ts';
import type { PaymentRow } from './payment-rows.ts';
import { repeatRefund } from './repeat-refund.ts';

const { 'select-payments-of-orders': selectPayments } = statementsBeside(import.meta.url, [
  'select-payments-of-orders',
]);

const UNKNOWN: Refusal = { kind: 'unknown-order' };

/** `nothing-to-refund`: the order was free; only its units go back. */
type Refunding = 'refunding' | 'nothing-to-refund' | 'already' | Refusal;

/** `restock`: its units are sold again; otherwise they leave the sale. */
export async function refundOrder(
  { book, observe }: PaymentParts,
  orderId: string,
  { restock }: { restock: boolean },
): Promise<BookOrder | Refusal> {
  const refunding = await book.transact(function* (transaction): Waiting<Refunding> {
    const [order] = yield* lockOrders(transaction, [orderId]);
    if (order === undefined) return UNKNOWN;
    if (order.state === 'refunded') {
      return yield* repeatRefund(transaction, orderId, { restock });
    }
    if (order.state !== 'paid') return { kind: 'conflict', reason: `it is ${order.state}` };

    const payments = yield* answer(transaction.rows<PaymentRow>(selectPayments, [orderId]));
    // None, when the sale is free.
    const paid = payments.find(({ state }) => state === 'paid');
    if (paid !== undefined) {
      const { paymentId } = paid;
      const next = { state: 'refunding', reason: 'operator', dueAtMs: transaction.nowMs } as const;
      yield* change(transaction, { paymentId, ...next });
    }
    const closing = { order, to: 'refunded', closedBy: 'operator', restock } as const;
    yield* closeOrders(transaction, order.saleId, [closing]);
    failpoint('pay.before-commit');
    return paid === undefined ? 'nothing-to-refund' : 'refunding';
  });
  failpoint('pay.after-commit');
  if (typeof refunding === 'object') return refunding;
  if (refunding === 'refunding') observe?.('refunding');
  return (await book.order(orderId)) ?? UNKNOWN;
}
