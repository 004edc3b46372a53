-- Log records, or single orders of them, that could not be settled, and what became of them. Where
-- one came from is its name, so that what is buried twice is there once; order_id is '' when the
-- record could not be read.
CREATE TABLE IF NOT EXISTS book_dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  partition_id INTEGER NOT NULL,
  log_offset INTEGER NOT NULL,
  order_id TEXT NOT NULL DEFAULT '',
  sale_id TEXT,
  buyer_id TEXT,
  epoch INTEGER,
  quantity INTEGER,
  reason TEXT NOT NULL,
  value BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'replayed', 'discarded')),
  attempts INTEGER NOT NULL DEFAULT 0,
  buried_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  UNIQUE (source, partition_id, log_offset, order_id),
  UNIQUE (state, id),
  UNIQUE (state, buyer_id, id),
  UNIQUE (order_id, id),
  UNIQUE (sale_id, epoch, id)
) STRICT
