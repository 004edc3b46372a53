-- Adds to a bucket's counts. Parameters: sale id, epoch, bucket, orders, units.
INSERT INTO book_settled_counts (sale_id, epoch, bucket, settled_orders, settled_units)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET settled_orders = settled_orders + excluded.settled_orders,
  settled_units = settled_units + excluded.settled_units
