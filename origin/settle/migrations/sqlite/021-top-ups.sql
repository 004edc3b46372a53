-- Units added to a sale, each command once by the id that its sender chose.
CREATE TABLE IF NOT EXISTS book_top_ups (
  sale_id TEXT NOT NULL,
  top_up_id TEXT NOT NULL,
  units INTEGER NOT NULL CHECK (units >= 1),
  added_at_ms INTEGER NOT NULL,
  PRIMARY KEY (sale_id, top_up_id)
) STRICT, WITHOUT ROWID
