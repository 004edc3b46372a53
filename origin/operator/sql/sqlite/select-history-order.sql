-- An order with all that its history tells. Parameter: order id.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, reason,
  reserved_at_ms AS reservedAtMs, settled_at_ms AS settledAtMs, pay_before_ms AS payBeforeMs,
  settle_id AS settleId, closed_by AS closedBy, resolved_at_ms AS resolvedAtMs, epoch, bucket, seq
FROM book_orders WHERE order_id = ?
