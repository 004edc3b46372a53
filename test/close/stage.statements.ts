/** What the suites of closing read and write of the book by themselves, as rows. */
import type { ClosedBy } from '../../contract/order.ts';
import type { DialectStatement } from '../../origin/settle/transaction.ts';

export interface BookRow {
  orderId: string;
  buyerId: string;
  state: string;
  quantity: number;
  epoch: number;
  seq: number;
  closedBy: ClosedBy | null;
  reservedAtMs: number;
  settledAtMs: number;
  payBeforeMs: number;
  resolvedAtMs: number | null;
}

export interface LineRow {
  buyerId: string;
  state: 'waiting' | 'served' | 'left';
  orderId: string | null;
}

export interface Counters {
  units: number;
  free: number;
  reserved: number;
  paid: number;
  waiting: number;
  version: number;
  resultSeq: number;
}

export const LIVE: ReadonlySet<string> = new Set(['reserved', 'paid']);

/** One text for both databases, as SQLite names the tables. */
export const same = (text: string): DialectStatement => ({
  mysql: text.replaceAll('book_', ''),
  sqlite: text,
});

export const SET_EPOCH = same('UPDATE book_sales SET epoch = ? WHERE sale_id = ?');
export const ADD_WAITING = same('UPDATE book_sales SET waiting = waiting + ? WHERE sale_id = ?');
export const JOIN = same(
  `INSERT INTO book_waitlist (sale_id, buyer_id, quantity, joined_at_ms, changed_at_ms)
  VALUES (?, ?, ?, ?, ?)`,
);
export const FORGET = same('DELETE FROM book_waitlist WHERE sale_id = ? AND buyer_id = ?');
export const LEAVE = same(
  `DELETE FROM book_waitlist WHERE sale_id = ? AND buyer_id = ? AND state = 'waiting'`,
);
export const ORDERS = same(
  `SELECT order_id AS orderId, buyer_id AS buyerId, state, quantity, epoch, seq,
    closed_by AS closedBy, reserved_at_ms AS reservedAtMs, settled_at_ms AS settledAtMs,
    pay_before_ms AS payBeforeMs, resolved_at_ms AS resolvedAtMs
  FROM book_orders WHERE sale_id = ? ORDER BY live IS NOT NULL, settled_at_ms, order_id`,
);
export const LINE = same(
  `SELECT buyer_id AS buyerId, state, order_id AS orderId FROM book_waitlist WHERE sale_id = ?
  ORDER BY number`,
);
export const COUNTERS = same(
  `SELECT units, free, reserved, paid, waiting, version, result_seq AS resultSeq
  FROM book_sales WHERE sale_id = ?`,
);
export const CANCEL: DialectStatement = {
  mysql: `INSERT INTO cancellations (order_id, sale_id, buyer_id, closed_by, asked_at_ms) VALUES ?`,
  sqlite: `INSERT INTO book_cancellations (order_id, sale_id, buyer_id, closed_by, asked_at_ms)
  VALUES (?, ?, ?, ?, ?)`,
};
export const RELEASES = same(
  `SELECT order_id AS orderId, buyer_id AS buyerId, epoch, units FROM book_releases
  WHERE sale_id = ? ORDER BY order_id`,
);
export const HOLDS = same(
  `SELECT order_id AS orderId, buyer_id AS buyerId, epoch, quantity FROM book_holds
  WHERE sale_id = ? ORDER BY order_id`,
);
