-- A page of a sale's payments, in the order of their ids. Parameters: sale id, after which payment
-- id, before which, state or NULL for all, the same again, how many at most.
SELECT payment_id AS paymentId, order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId,
  attempt, provider, state, refund_reason AS refundReason, amount, currency,
  pay_before_ms AS payBeforeMs, session_id AS sessionId, url, opened_at_ms AS openedAtMs,
  changed_at_ms AS changedAtMs, tries
FROM payments FORCE INDEX (PRIMARY)
WHERE sale_id = ? AND payment_id > ? AND payment_id < ? AND (? IS NULL OR state = ?)
ORDER BY payment_id LIMIT ?
