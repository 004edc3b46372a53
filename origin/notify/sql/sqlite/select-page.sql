-- A page of notices, in the order in which they were made. Parameters: number after which to go
-- on, how many.
SELECT number, delivery_id AS deliveryId, order_id AS orderId, sale_id AS saleId, type, state,
  tries, created_at_ms AS createdAtMs, due_at_ms AS dueAtMs, last_error AS lastError
FROM book_deliveries WHERE number > ? ORDER BY number LIMIT ?
