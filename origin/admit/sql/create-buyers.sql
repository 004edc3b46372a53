-- The live order of each buyer in a sale, of the present epoch.
CREATE TABLE IF NOT EXISTS stock_buyers (
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  PRIMARY KEY (sale_id, buyer_id)
) STRICT, WITHOUT ROWID
