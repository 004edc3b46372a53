/** What the stage of paying reads and writes in the book beside the product's own statements. */
import { same } from '../close/stage.statements.ts';

export const PAYMENTS = same(
  `SELECT payment_id AS paymentId, order_id AS orderId, attempt, state, amount, currency,
    refund_reason AS refundReason, session_id AS sessionId, tries, due_at_ms AS dueAtMs, live
  FROM book_payments WHERE sale_id = ? ORDER BY order_id, attempt`,
);
export const EVENTS = same(
  'SELECT event_id AS eventId, kind FROM book_payment_events WHERE payment_id = ?',
);
export const ALL_DUE = same(
  'UPDATE book_payments SET due_at_ms = 1 WHERE sale_id = ? AND due_at_ms IS NOT NULL',
);
export const TIME_UP = same(
  "UPDATE book_orders SET pay_before_ms = 1 WHERE order_id = ? AND state = 'reserved'",
);
export const PAY_BEFORE = same('UPDATE book_orders SET pay_before_ms = ? WHERE order_id = ?');
export const WANT_CANCELLED = same(
  `INSERT INTO book_cancellations (order_id, sale_id, buyer_id, closed_by, asked_at_ms)
  VALUES (?, ?, ?, 'buyer', 1)`,
);
export const AGE_RESULTS = same('UPDATE book_results SET at_ms = ? WHERE sale_id = ? AND seq <= ?');
export const AGE_EVENTS = same(
  'UPDATE book_payment_events SET taken_at_ms = ? WHERE payment_id = ?',
);
export const INSERT_EVENTS = same(
  `INSERT INTO book_payment_events (provider, event_id, payment_id, kind, taken_at_ms)
  VALUES ('stripe', ?, ?, 'paid', ?)`,
);
export const FORGET_READER = same(
  'DELETE FROM book_result_cursors WHERE reader = ? AND sale_id = ?',
);
export const READER_AT = same(
  'INSERT INTO book_result_cursors (reader, sale_id, seq) VALUES (?, ?, ?)',
);
