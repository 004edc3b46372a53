-- A page of a sale's orders. Parameters: sale id, the last order id of the page before (what all
-- ids begin with, for the first), an id behind the sale's last, state or NULL, the same again, how
-- many at most.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, reason,
  reserved_at_ms AS reservedAtMs, settled_at_ms AS settledAtMs, pay_before_ms AS payBeforeMs,
  settle_id AS settleId, closed_by AS closedBy
FROM book_orders WHERE sale_id = ? AND order_id > ? AND order_id < ?
  AND (? IS NULL OR state = ?)
ORDER BY order_id LIMIT ?
