-- The states of some orders' payments, each order's newest last. Parameter: list of order ids.
SELECT order_id AS orderId, state FROM payments WHERE order_id IN (?)
ORDER BY order_id, attempt
