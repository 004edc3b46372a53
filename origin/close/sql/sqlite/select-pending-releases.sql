-- Releases that the stock store has not applied and that nobody waits for. Parameter: how many at
-- most.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, epoch, units
FROM book_releases WHERE delivered_at_ms IS NULL AND for_line = 0
ORDER BY sale_id, order_id LIMIT ?
