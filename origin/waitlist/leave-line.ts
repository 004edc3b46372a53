/**
 * Takes a batch of buyers out of a sale's line in one transaction, under the lock of the sale's
 * row, so that nobody is counted out twice. The race accepted: whoever is served a moment before
 * is told that they do not wait any more, and finds an order.
 */
import { lockKnownSale } from '../close/change-sale.ts';
import { failpoint } from '../failpoints.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import type { LineRow } from './decide-joins.ts';

const {
  'select-line-rows': selectLineRows,
  'leave-line': leave,
  'add-to-waiting': addToWaiting,
} = statementsBeside(import.meta.url, ['select-line-rows', 'leave-line', 'add-to-waiting']);

export type LeaveVerdict = { kind: 'left' } | { kind: 'not-waiting' };

/** A verdict a buyer, in the order asked. */
export function* leaveLine(
  transaction: Transaction,
  saleId: string,
  buyerIds: readonly string[],
): Waiting<LeaveVerdict[]> {
  yield* lockKnownSale(transaction, saleId);
  const rows = yield* answer(transaction.rows<LineRow>(selectLineRows, saleId, buyerIds));
  const waiting = rows.filter((row) => row.state === 'waiting');
  if (waiting.length > 0) {
    const numbers = waiting.map((row) => row.number);
    yield* answer(transaction.run(leave, transaction.nowMs, numbers));
    yield* answer(transaction.run(addToWaiting, -waiting.length, saleId));
  }
  failpoint('waitlist.before-commit');
  const leavers = new Set(waiting.map((row) => row.buyerId));
  return buyerIds.map((buyerId) => ({ kind: leavers.has(buyerId) ? 'left' : 'not-waiting' }));
}
