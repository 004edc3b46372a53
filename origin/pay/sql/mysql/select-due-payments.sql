-- Payments about which the provider must be asked now, the longest due first. Parameters: now (ms),
-- provider, how many at most.
SELECT payment_id AS paymentId, order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId,
  attempt, provider, state, refund_reason AS refundReason, amount, currency,
  pay_before_ms AS payBeforeMs, session_id AS sessionId, url, opened_at_ms AS openedAtMs,
  changed_at_ms AS changedAtMs, tries
FROM payments WHERE due_at_ms <= ? AND provider = ? ORDER BY due_at_ms, payment_id LIMIT ?
