-- What became of orders, in the order in which it became so: a row for each transaction that
-- changed orders of a sale, written in that transaction. `seq` counts up without gaps under the
-- lock of the sale's row, so a reader that remembers it misses nothing. `orders` is JSON.
CREATE TABLE IF NOT EXISTS book_results (
  sale_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  orders TEXT NOT NULL,
  PRIMARY KEY (sale_id, seq)
) STRICT, WITHOUT ROWID
