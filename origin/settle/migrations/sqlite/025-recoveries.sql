-- Each time a sale's stock was made anew from the book: why, and how it went. One row an epoch.
CREATE TABLE IF NOT EXISTS book_recoveries (
  sale_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  cause TEXT NOT NULL,
  began_at_ms INTEGER NOT NULL,
  reopened_at_ms INTEGER,
  units INTEGER,
  holdings INTEGER,
  PRIMARY KEY (sale_id, epoch)
) STRICT, WITHOUT ROWID
