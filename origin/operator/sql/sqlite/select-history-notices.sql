-- What the shop was told of an order, the oldest first. Parameters: order id, how many at most.
SELECT number, type, state, tries, created_at_ms AS createdAtMs, last_error AS lastError
FROM book_deliveries WHERE order_id = ? ORDER BY number LIMIT ?
