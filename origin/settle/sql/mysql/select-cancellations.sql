-- Which of these orders were cancelled before they settled, and by whom. Takes no lock. Parameter:
-- list of order ids.
SELECT order_id AS orderId, closed_by AS closedBy FROM cancellations WHERE order_id IN (?)
