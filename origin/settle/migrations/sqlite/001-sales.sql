-- The sales: what an operator made, and the three counters of the book's guard. The tables are
-- STRICT and carry CHECKs, since SQLite's types alone would take anything. `book_` sets them apart
-- from what the other embedded backends keep in the same file.
CREATE TABLE IF NOT EXISTS book_sales (
  sale_id TEXT NOT NULL PRIMARY KEY CHECK (length(sale_id) BETWEEN 1 AND 32),
  version INTEGER NOT NULL,
  title TEXT NOT NULL CHECK (length(title) <= 200),
  price INTEGER NOT NULL CHECK (price >= 0),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  picture_url TEXT CHECK (length(picture_url) <= 500),
  units INTEGER NOT NULL CHECK (units BETWEEN 0 AND 4294967295),
  per_buyer INTEGER NOT NULL CHECK (per_buyer >= 0),
  opens_at_ms INTEGER NOT NULL,
  closes_at_ms INTEGER NOT NULL,
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  rate_per_second REAL NOT NULL,
  seed TEXT NOT NULL CHECK (length(seed) <= 64),
  share_steps TEXT NOT NULL,
  pay_window_ms INTEGER NOT NULL CHECK (pay_window_ms >= 0),
  epoch INTEGER NOT NULL,
  loaded INTEGER NOT NULL CHECK (loaded IN (0, 1)),
  free INTEGER NOT NULL CHECK (free >= 0),
  reserved INTEGER NOT NULL CHECK (reserved >= 0),
  paid INTEGER NOT NULL CHECK (paid >= 0)
) STRICT, WITHOUT ROWID
