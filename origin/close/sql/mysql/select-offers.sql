-- A sale's releases whose units are first to be offered to its waitlist. Takes no lock: one that is
-- being written would else be waited for by whoever holds the sale's row. Parameters: sale id, how
-- many at most.
SELECT order_id AS orderId, epoch, units
FROM releases WHERE delivered_at_ms IS NULL AND sale_id = ? AND for_line = 1
ORDER BY order_id LIMIT ?
