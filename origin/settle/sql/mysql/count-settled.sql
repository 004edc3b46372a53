-- Adds to the counts of buckets, all of them in one statement. Parameter: rows of sale id, epoch,
-- bucket, orders, units. VALUES(…) is what MySQL 8 and MariaDB both call the row being inserted;
-- MySQL would rather have an alias, which MariaDB does not know.
INSERT INTO settled_counts (sale_id, epoch, bucket, settled_orders, settled_units)
VALUES ?
ON DUPLICATE KEY UPDATE settled_orders = settled_orders + VALUES(settled_orders),
  settled_units = settled_units + VALUES(settled_units)
