-- The states of some orders' payments, each order's newest last. Parameter: list of order ids.
SELECT order_id AS orderId, state FROM book_payments
WHERE order_id IN (SELECT value FROM json_each(?))
ORDER BY order_id, attempt
