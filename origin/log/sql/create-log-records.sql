-- The embedded log. AUTOINCREMENT never gives an offset out twice, also after settled records were
-- deleted; a new table is read from its beginning (see create-log-identity.sql).
-- Parameters: none.
CREATE TABLE IF NOT EXISTS log_records (
  offset INTEGER PRIMARY KEY AUTOINCREMENT,
  value BLOB NOT NULL,
  appended_at_ms INTEGER NOT NULL
)
