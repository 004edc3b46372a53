/**
 * Locks orders before anything is decided about them. The rows come in the order of their ids, so
 * that two who lock several cannot wait for each other; the sale's row is locked after them.
 */
import type { ClosedBy } from '../../contract/order.ts';
import type { BookOrder } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';

const { 'lock-orders': lockRows } = statementsBeside(import.meta.url, ['lock-orders']);

export interface LockedOrder {
  orderId: string;
  saleId: string;
  buyerId: string;
  quantity: number;
  state: BookOrder['state'];
  /** The epoch in which it was reserved. */
  epoch: number;
  reservedAtMs: number;
  payBeforeMs: number;
  /** Who wants it closed, while it is reserved; else who closed it. */
  closedBy: ClosedBy | null;
}

/** In whatever state they are, sorted by id, each once; ids that the book does not know are left
 * out. Nobody else changes them until the transaction ends. */
export function* lockOrders(
  transaction: Transaction,
  orderIds: readonly string[],
): Waiting<LockedOrder[]> {
  if (orderIds.length === 0) return [];
  return yield* answer(transaction.rows<LockedOrder>(lockRows, orderIds));
}
