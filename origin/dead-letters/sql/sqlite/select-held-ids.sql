-- Which of these orders the letters have, whatever became of them. Parameter: list of order ids.
SELECT DISTINCT order_id AS orderId FROM book_dead_letters WHERE order_id IN (SELECT value FROM json_each(?))
