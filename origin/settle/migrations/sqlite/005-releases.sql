-- What the stock store is to give back: units, or with 0 units only the buyer's slot. One row an
-- order, kept after delivery, so that the primary key holds "released once" for ever. The UNIQUE is
-- here for its index, which finds what is not delivered; SQLite has no other way inside one
-- statement.
CREATE TABLE IF NOT EXISTS book_releases (
  order_id TEXT NOT NULL PRIMARY KEY,
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  units INTEGER NOT NULL CHECK (units >= 0),
  delivered_at_ms INTEGER,
  UNIQUE (delivered_at_ms, sale_id, order_id)
) STRICT, WITHOUT ROWID
