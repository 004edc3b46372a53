-- The payments of an order, in the order of its attempts. Parameter: order id.
SELECT payment_id AS paymentId, provider, state, refund_reason AS refundReason, amount, currency,
  opened_at_ms AS openedAtMs, changed_at_ms AS changedAtMs
FROM payments WHERE order_id = ? ORDER BY attempt
