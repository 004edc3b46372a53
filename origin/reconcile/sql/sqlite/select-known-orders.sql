-- Which of these orders the book has. Parameter: list of order ids.
SELECT order_id AS orderId FROM book_orders WHERE order_id IN (SELECT value FROM json_each(?))
