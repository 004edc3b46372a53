-- The stock of each sale for its present epoch, which is negative while the sale is frozen at it.
CREATE TABLE IF NOT EXISTS stock_state (
  sale_id TEXT NOT NULL PRIMARY KEY,
  epoch INTEGER NOT NULL,
  stock INTEGER NOT NULL CHECK (stock >= 0),
  taken INTEGER NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID
