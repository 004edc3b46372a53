-- Who froze a sale last; it counts only while the sale's epoch is negative.
CREATE TABLE IF NOT EXISTS stock_frozen (
  sale_id TEXT NOT NULL PRIMARY KEY,
  token TEXT NOT NULL
) STRICT, WITHOUT ROWID
