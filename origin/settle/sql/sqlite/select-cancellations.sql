-- Which of these orders were cancelled before they settled, and by whom. Parameter: list of order
-- ids (JSON).
SELECT order_id AS orderId, closed_by AS closedBy
FROM book_cancellations WHERE order_id IN (SELECT value FROM json_each(?))
