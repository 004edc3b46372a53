/**
 * Writes that an order is paid. The caller has locked the order, and knows that the money is there.
 * Whoever wanted the order closed came too late: the money counts, and the wish is forgotten.
 */
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { changeSale } from './change-sale.ts';
import type { LockedOrder } from './lock-orders.ts';
import { resultOf } from './order-result.ts';
import { nextState } from './transition.ts';

const { 'mark-paid': markRow } = statementsBeside(import.meta.url, ['mark-paid']);

/** Throws when the order is not `reserved`: the caller looks first. */
export function* markPaid(transaction: Transaction, order: LockedOrder): Waiting<void> {
  const { orderId, saleId, quantity, state } = order;
  if (nextState(state, 'pay') !== 'paid') throw new Error(`${orderId} is ${state}: not payable`);
  const marked = yield* answer(transaction.run(markRow, transaction.nowMs, orderId));
  if (marked !== 1) throw new Error(`${orderId} changed although it was locked`);
  yield* changeSale(transaction, saleId, {
    change: { reserved: -quantity, paid: quantity },
    results: [resultOf(order, { state: 'paid', closedBy: undefined })],
  });
}
