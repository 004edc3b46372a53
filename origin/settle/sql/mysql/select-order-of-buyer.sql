-- The buyer's live order in a sale, else the newest. Parameters: sale id, buyer id.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, reason,
  reserved_at_ms AS reservedAtMs, settled_at_ms AS settledAtMs, pay_before_ms AS payBeforeMs,
  settle_id AS settleId, closed_by AS closedBy
FROM orders WHERE sale_id = ? AND buyer_id = ?
ORDER BY live DESC, settled_at_ms DESC, seq DESC, order_id LIMIT 1
