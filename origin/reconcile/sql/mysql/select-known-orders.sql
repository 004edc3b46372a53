-- Which of these orders the book has. Parameter: list of order ids.
SELECT order_id AS orderId FROM orders WHERE order_id IN (?)
