-- A sale's releases whose units are first to be offered to its waitlist. Parameters: sale id, how
-- many at most.
SELECT order_id AS orderId, epoch, units
FROM book_releases WHERE delivered_at_ms IS NULL AND sale_id = ? AND for_line = 1
ORDER BY order_id LIMIT ?
