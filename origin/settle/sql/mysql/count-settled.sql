-- Adds to a bucket's counts. Parameters: sale id, epoch, bucket, orders, units, orders again, units
-- again (repeated, because MySQL 8 and MariaDB have no common way to name the row being inserted).
INSERT INTO settled_counts (sale_id, epoch, bucket, settled_orders, settled_units)
VALUES (?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE settled_orders = settled_orders + ?, settled_units = settled_units + ?
