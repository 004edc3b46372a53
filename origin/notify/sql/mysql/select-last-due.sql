-- When the last notice that waits is due, of each order that has one. Parameter: order ids.
SELECT order_id AS orderId, MAX(due_at_ms) AS dueAtMs FROM deliveries
WHERE order_id IN (?) AND state = 'pending' GROUP BY order_id
