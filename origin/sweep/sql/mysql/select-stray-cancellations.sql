-- Orders that settled although somebody wanted them cancelled before. Parameter: how many at most.
SELECT c.order_id AS orderId, c.closed_by AS closedBy
FROM cancellations c JOIN orders o ON o.order_id = c.order_id
ORDER BY c.order_id LIMIT ?
