-- Orders by id, as the book has them. Parameter: list of order ids.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, reason,
  reserved_at_ms AS reservedAtMs, settled_at_ms AS settledAtMs, pay_before_ms AS payBeforeMs,
  settle_id AS settleId, closed_by AS closedBy
FROM orders WHERE order_id IN (?)
