-- All payments of some orders, each order's in the order of its attempts. Parameter: list of order
-- ids.
SELECT payment_id AS paymentId, order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId,
  attempt, provider, state, refund_reason AS refundReason, amount, currency,
  pay_before_ms AS payBeforeMs, session_id AS sessionId, url, opened_at_ms AS openedAtMs,
  changed_at_ms AS changedAtMs, tries
FROM book_payments WHERE order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id, attempt
