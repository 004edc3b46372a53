-- Releases of an epoch that the snapshot takes in, or one before it did. Parameters: sale id, epoch,
-- when the recovery began (ms).
SELECT order_id AS orderId FROM book_releases
WHERE sale_id = ? AND epoch = ? AND (delivered_at_ms IS NULL OR delivered_at_ms >= ?)
ORDER BY order_id
