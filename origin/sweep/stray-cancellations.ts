/**
 * Orders that settled as reserved although their buyer had cancelled them: the wish came into the
 * book while settling was not done yet. They are closed here; a wish whose order is resolved goes.
 */
import { lockOrders } from '../close/lock-orders.ts';
import { transactClosing } from '../close/transact-closing.ts';
import { closeUnpaid } from '../pay/want-closed.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import type { CancelledBy } from './cancel-order.ts';

const { 'select-stray-cancellations': selectStray, 'delete-cancellation': deleteCancellation } =
  statementsBeside(import.meta.url, ['select-stray-cancellations', 'delete-cancellation']);

/** Read at a time; there are few, since only a race makes them. */
export const STRAY_BATCH = 200;

interface Stray {
  orderId: string;
  closedBy: CancelledBy;
}

/** How many wishes were dealt with. */
export async function closeStray(book: OrderBook, mayGoOn: () => boolean): Promise<number> {
  const found = await book.read<Stray>(selectStray, STRAY_BATCH);
  let dealt = 0;
  for (const stray of found) {
    if (!mayGoOn()) break;
    await close(book, stray);
    dealt += 1;
  }
  return dealt;
}

function close(book: OrderBook, { orderId, closedBy }: Stray): Promise<void> {
  return transactClosing(book, function* (transaction): Waiting<void> {
    const orders = yield* lockOrders(transaction, [orderId]);
    const reserved = orders.filter(({ state }) => state === 'reserved');
    yield* closeUnpaid(transaction, reserved, closedBy);
    yield* answer(transaction.run(deleteCancellation, orderId));
  });
}
