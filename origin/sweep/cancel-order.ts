/**
 * Cancels an order that is not paid, for its buyer, its operator or a risk rule. Where the provider
 * may still take money the answer is the order as it is, with who wants it closed; the unit is free
 * once the provider confirmed. An order that has not settled is remembered by its id and rejected
 * when it settles; if it settles in that very moment, the second look here or the sweep closes it.
 */
import type { Outcome } from '../../contract/outcomes.ts';
import { bookOrderView, type OrderReader } from '../admit/order-view.ts';
import { type LockedOrder, lockOrders } from '../close/lock-orders.ts';
import { transactClosing } from '../close/transact-closing.ts';
import { closeUnpaid } from '../pay/want-closed.ts';
import type { OrderBook } from '../settle/book.ts';
import { statementsBeside, type Transaction } from '../settle/transaction.ts';
import { answer, type Waiting } from '../settle/waiting.ts';
import { pause } from '../timer.ts';

const {
  'select-cancellation': selectCancellation,
  'insert-cancellation': insertCancellation,
  'delete-cancellation': deleteCancellation,
} = statementsBeside(import.meta.url, [
  'select-cancellation',
  'insert-cancellation',
  'delete-cancellation',
]);

export type CancelledBy = 'buyer' | 'operator' | 'risk';

export interface Cancellation {
  orderId: string;
  /** Given, the order must be this buyer's. Without it, only orders that settled are found. */
  buyerId?: string;
  by: CancelledBy;
}

export interface CancelParts {
  book: OrderBook;
  /** Knows the orders that have not settled. */
  orders: OrderReader;
  /**
   * Asks the provider now and not with the next sweep (`payments.workOn`); whatever becomes of
   * that, the sweep goes on with it.
   */
  hurry?(orderId: string): Promise<void>;
}

/** A buyer waits this long for a final answer while the provider is being asked. */
const HURRY_MS = 2_000;

export async function cancelOrder(parts: CancelParts, wanted: Cancellation): Promise<Outcome> {
  const settled = await cancelSettled(parts, wanted);
  const { orderId, buyerId, by } = wanted;
  if (settled !== undefined || buyerId === undefined) return settled ?? UNKNOWN;
  const found = await parts.orders.byId(orderId, buyerId);
  if (found.kind !== 'order') return found;
  const { saleId } = found.order;
  await remember(parts.book, { orderId, saleId, buyerId, by });
  // It may have settled before the wish was in the book.
  const meanwhile = await cancelSettled(parts, wanted);
  return meanwhile ?? { kind: 'order', order: { closedBy: by, ...found.order } };
}

const UNKNOWN: Outcome = { kind: 'unknown-order' };

type Judged = 'closed' | 'asking' | Outcome | undefined;

/** Undefined when the book does not have it. */
async function cancelSettled(
  { book, hurry }: CancelParts,
  { orderId, buyerId, by }: Cancellation,
): Promise<Outcome | undefined> {
  const judged = await transactClosing(book, function* (transaction): Waiting<Judged> {
    const [order] = yield* lockOrders(transaction, [orderId]);
    if (order === undefined) return undefined;
    if (buyerId !== undefined && order.buyerId !== buyerId) return UNKNOWN;
    return yield* cancelLocked(transaction, order, by);
  });
  if (judged === undefined || typeof judged === 'object') return judged;
  if (judged === 'asking' && hurry !== undefined) await withinMs(hurry(orderId), HURRY_MS);
  const order = await book.order(orderId);
  return order === undefined ? UNKNOWN : { kind: 'order', order: bookOrderView(order) };
}

function* cancelLocked(
  transaction: Transaction,
  order: LockedOrder,
  by: CancelledBy,
): Waiting<Judged> {
  switch (order.state) {
    case 'paid':
      return { kind: 'not-cancellable', reason: 'it is paid; ask the shop for a refund' };
    case 'expired':
    case 'cancelled':
    case 'refunded':
    case 'rejected':
      return 'closed';
    case 'reserved':
      yield* closeUnpaid(transaction, [order], by);
      yield* answer(transaction.run(deleteCancellation, order.orderId));
      return 'asking';
  }
}

/** Asked twice, the first wish stays. */
async function remember(
  book: OrderBook,
  { orderId, saleId, buyerId, by }: Required<Cancellation> & { saleId: string },
): Promise<void> {
  await book.transact(function* (transaction) {
    const before = yield* answer(transaction.rows(selectCancellation, orderId));
    if (before.length > 0) return;
    const row = [orderId, saleId, buyerId, by, transaction.nowMs];
    yield* answer(transaction.insert(insertCancellation, [row]));
  });
}

/** Waits for it, but no longer than that; how it ends is nobody's business here. */
async function withinMs(work: Promise<void>, limitMs: number): Promise<void> {
  const done = new AbortController();
  const end = () => done.abort();
  void work.then(end, end);
  await pause(limitMs, done.signal);
}
