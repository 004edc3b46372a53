-- Who is on a sale's board, and where. The second key is the ranking; ids compare byte by byte.
CREATE TABLE IF NOT EXISTS board_ranks (
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (sale_id, buyer_id),
  UNIQUE (sale_id, position, buyer_id)
) STRICT, WITHOUT ROWID
