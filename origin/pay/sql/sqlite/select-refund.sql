-- What became of a refunded order's units: those that the stock store got, and the results written
-- in that very moment, one row each; none when they were forgotten. Parameter: order id.
SELECT r.units, x.orders FROM book_orders o
JOIN book_releases r ON r.order_id = o.order_id
LEFT JOIN book_results x ON x.sale_id = o.sale_id AND x.at_ms = o.resolved_at_ms
WHERE o.order_id = ? ORDER BY x.seq
