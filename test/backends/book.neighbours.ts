/**
 * What others write into the book while orders settle: buyers who cancel, wait or join, as the
 * tests need it, by statements of their own; and what settling left for those who read results.
 */
import type { ClosedBy } from '../../contract/order.ts';
import { readResults } from '../../origin/results/read-results.ts';
import type { OrderResult, ResultRow } from '../../origin/results/result.ts';
import type { BookOrder, OrderBook } from '../../origin/settle/book.ts';
import type { DialectStatement } from '../../origin/settle/transaction.ts';
import { answer } from '../../origin/settle/waiting.ts';

/**
 * One statement for both databases: `{sales}` is the table, `IN (?)` a list, `VALUES ?` rows of the
 * columns named.
 */
export function inBoth(text: string): DialectStatement {
  const columns = /\(([^)]*)\)\s*VALUES \?/.exec(text)?.[1]?.split(',') ?? [];
  return {
    mysql: text.replace(/\{(\w+)\}/g, '$1'),
    sqlite: text
      .replace(/\{(\w+)\}/g, 'book_$1')
      .replace('IN (?)', 'IN (SELECT value FROM json_each(?))')
      .replace('VALUES ?', `VALUES (${columns.map(() => '?').join(', ')})`)
      .replace(' FOR UPDATE', ''),
  };
}

const insertCancellations = inBoth(
  `INSERT INTO {cancellations} (order_id, sale_id, buyer_id, closed_by, asked_at_ms) VALUES ?`,
);
const selectCancellations = inBoth(
  'SELECT order_id AS orderId FROM {cancellations} WHERE sale_id = ? ORDER BY order_id',
);
const lockWaiting = inBoth('SELECT waiting FROM {sales} WHERE sale_id = ? FOR UPDATE');
const countLive = inBoth(
  'SELECT COUNT(*) AS held FROM {orders} WHERE sale_id = ? AND buyer_id = ? AND live = 1',
);
const insertPlaces = inBoth(
  `INSERT INTO {waitlist} (sale_id, buyer_id, quantity, joined_at_ms, changed_at_ms) VALUES ?`,
);
const addWaiting = inBoth('UPDATE {sales} SET waiting = waiting + ? WHERE sale_id = ?');
const selectPlaces = inBoth(
  'SELECT buyer_id AS buyerId, state FROM {waitlist} WHERE sale_id = ? ORDER BY number',
);

interface Owned {
  orderId: string;
  saleId: string;
  buyerId: string;
}

/** Orders that did not settle yet. */
export function cancel(
  book: OrderBook,
  orders: readonly Owned[],
  closedBy: ClosedBy = 'buyer',
): Promise<void> {
  return book.transact(function* (transaction) {
    const rows = orders.map((order) => [order.orderId, order.saleId, order.buyerId, closedBy, 5]);
    yield* answer(transaction.insert(insertCancellations, rows));
  });
}

export async function cancellationsOf(book: OrderBook, saleId: string): Promise<string[]> {
  const rows = await book.read<{ orderId: string }>(selectCancellations, saleId);
  return rows.map(({ orderId }) => orderId);
}

/** As a join must do it: locks the sale's row, then looks for an order. */
export function join(
  book: OrderBook,
  saleId: string,
  buyerId: string,
): Promise<'waits' | 'has-order'> {
  return book.transact(function* (transaction) {
    yield* answer(transaction.rows(lockWaiting, saleId));
    const [found] = yield* answer(transaction.rows<{ held: number }>(countLive, saleId, buyerId));
    if (found?.held !== 0) return 'has-order';
    yield* answer(transaction.insert(insertPlaces, [[saleId, buyerId, 1, 5, 5]]));
    yield* answer(transaction.run(addWaiting, 1, saleId));
    return 'waits';
  });
}

/** Who is in the line, and how many the sale's row says. Throws when they differ. */
export async function waitingFor(book: OrderBook, saleId: string): Promise<string[]> {
  const rows = await book.read<{ buyerId: string; state: string }>(selectPlaces, saleId);
  const waiting = rows.filter(({ state }) => state === 'waiting').map(({ buyerId }) => buyerId);
  const [counted] = await book.read<{ waiting: number }>(lockWaiting, saleId);
  if (counted?.waiting !== waiting.length) {
    throw new Error(`${waiting.length} wait, the sale's row says ${counted?.waiting}`);
  }
  return waiting;
}

/** Throws when the numbers do not count up from 1, or when an order is there twice. */
export async function resultsOf(book: OrderBook, saleId: string): Promise<ResultRow[]> {
  const rows = await readResults(book, { saleId, after: 0, limit: 100_000 });
  const gap = rows.find(({ seq }, index) => seq !== index + 1);
  if (gap !== undefined) throw new Error(`result ${gap.seq} is not where it should be`);
  const orderIds = rows.flatMap(({ orders }) => orders.map(({ orderId }) => orderId));
  const twice = orderIds.find((orderId, index) => orderIds.indexOf(orderId) !== index);
  if (twice !== undefined) throw new Error(`the results tell of order ${twice} twice`);
  return rows;
}

/** What a result must say of an order that only settling touched. */
export function resultOf(order: BookOrder): OrderResult {
  const { orderId, buyerId, quantity, state, reason, closedBy, reservedAtMs, payBeforeMs } = order;
  return { orderId, buyerId, quantity, state, reason, closedBy, reservedAtMs, payBeforeMs };
}
