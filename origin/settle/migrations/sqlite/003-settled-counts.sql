-- How many orders and units settled, for each bucket of a sale's stock and each epoch, rejected
-- ones included: what the stock store handed out and is not counted here is still on its way.
CREATE TABLE IF NOT EXISTS book_settled_counts (
  sale_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  settled_orders INTEGER NOT NULL,
  settled_units INTEGER NOT NULL,
  PRIMARY KEY (sale_id, epoch, bucket)
) STRICT, WITHOUT ROWID
