-- Order ids released in the present epoch of a sale: each is released once.
CREATE TABLE IF NOT EXISTS stock_released (
  sale_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  PRIMARY KEY (sale_id, order_id)
) STRICT, WITHOUT ROWID
