-- A buyer's orders, the newest first, by the unique key of sale and buyer. Parameters: buyer id,
-- sale ids as JSON, limit.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, reason,
  reserved_at_ms AS reservedAtMs, settled_at_ms AS settledAtMs, pay_before_ms AS payBeforeMs,
  settle_id AS settleId, closed_by AS closedBy
FROM book_orders WHERE buyer_id = ? AND sale_id IN (SELECT value FROM json_each(?))
ORDER BY settled_at_ms DESC, order_id LIMIT ?
