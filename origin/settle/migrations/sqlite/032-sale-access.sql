-- Who is on the list of a sale: buyers who may buy, buyers who may not, and codes. `hash` is what
-- the edge gets to know; of a code nothing else is kept.
CREATE TABLE IF NOT EXISTS book_sale_access (
  sale_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('allow', 'block', 'code')),
  hash TEXT NOT NULL,
  buyer_id TEXT,
  added_at_ms INTEGER NOT NULL,
  PRIMARY KEY (sale_id, kind, hash),
  UNIQUE (sale_id, kind, buyer_id)
) STRICT, WITHOUT ROWID
