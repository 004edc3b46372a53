-- The last result that each sale's board has.
CREATE TABLE IF NOT EXISTS board_cursors (
  sale_id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID
