-- Orders by their ids; nobody else writes while a transaction runs. Parameter: list of order ids
-- (JSON).
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, epoch,
  reserved_at_ms AS reservedAtMs, pay_before_ms AS payBeforeMs, closed_by AS closedBy
FROM book_orders WHERE order_id IN (SELECT value FROM json_each(?))
ORDER BY order_id
