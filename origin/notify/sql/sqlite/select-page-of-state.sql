-- A page of the notices of a state, in the order in which they were made. Parameters: state, number
-- after which to go on, how many.
SELECT number, delivery_id AS deliveryId, order_id AS orderId, sale_id AS saleId, type, state,
  tries, created_at_ms AS createdAtMs, due_at_ms AS dueAtMs, last_error AS lastError
FROM book_deliveries WHERE state = ? AND number > ? ORDER BY number LIMIT ?
