-- How far each partition of a log is settled; moved in the transaction that settles, by
-- compare-and-set.
CREATE TABLE IF NOT EXISTS book_log_offsets (
  log_name TEXT NOT NULL,
  partition_id INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  PRIMARY KEY (log_name, partition_id)
) STRICT, WITHOUT ROWID
