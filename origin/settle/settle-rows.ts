/**
 * Writes a batch's orders and finds out every one's row, whoever wrote it: refused ones as
 * rejected, all others as reserved, and those that the unique keys kept out as rejected too.
 */
import type { NewOrder, OrderRow, RejectedOrder } from './order-row.ts';
import { collided } from './settle-decisions.ts';
import type { SettleExchanges } from './settle-exchanges.ts';
import { type Answer, answer, type Waiting } from './waiting.ts';

/** Rows in one statement: a longer one gains nothing and nears the server's max_allowed_packet. */
const MAX_ROWS = 1_000;

/** By order id. */
export type Rows = Map<string, OrderRow>;

export function* writeRows(
  orders: readonly NewOrder[],
  refused: readonly RejectedOrder[],
  exchanges: SettleExchanges,
): Waiting<Rows> {
  const rows: Rows = new Map();
  const reject = (rejected: readonly RejectedOrder[]) =>
    inChunks(rejected, rows, (chunk) => exchanges.insertRejected(chunk));
  yield* reject(refused);
  const others = refused.length === 0 ? orders : collided(orders, rows);
  yield* inChunks(others, rows, (chunk) => exchanges.insertReserved(chunk));
  const twice = collided(orders, rows);
  yield* reject(twice.map((order) => ({ ...order, reason: 'duplicate', closedBy: null })));
  if (rows.size !== orders.length) {
    throw new Error(`of ${orders.length} orders the book gave back ${rows.size}`);
  }
  return rows;
}

function* inChunks<Order extends NewOrder>(
  orders: readonly Order[],
  rows: Rows,
  insert: (chunk: readonly Order[]) => Answer<OrderRow[]>,
): Waiting<void> {
  for (let start = 0; start < orders.length; start += MAX_ROWS) {
    const chunk = orders.slice(start, start + MAX_ROWS);
    for (const row of yield* answer(insert(chunk))) rows.set(row.orderId, row);
  }
}
