-- What operators changed, or tried to. A row is written before the change; without a status the
-- change is under way, or its process died in it. Rows are kept for good.
CREATE TABLE IF NOT EXISTS book_operator_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  operator TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  details TEXT NOT NULL,
  status INTEGER,
  ended_at_ms INTEGER,
  UNIQUE (target, id)
) STRICT
