-- Records that cannot be settled, kept until an operator discards them.
-- Parameters: none.
CREATE TABLE IF NOT EXISTS log_dead_letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  partition INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  order_id TEXT,
  reason TEXT NOT NULL,
  value BLOB NOT NULL,
  appended_at_ms INTEGER NOT NULL
)
