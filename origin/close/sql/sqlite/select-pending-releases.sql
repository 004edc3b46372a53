-- Releases that the stock store has not applied and that nobody waits for, a page of them, behind
-- the last one read.
-- Parameters: that one's sale id, the same again, its order id (NULL: behind the whole sale), how
-- many at most.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, epoch, units
FROM book_releases
WHERE delivered_at_ms IS NULL AND for_line = 0 AND (sale_id > ? OR (sale_id = ? AND order_id > ?))
ORDER BY sale_id, order_id LIMIT ?
