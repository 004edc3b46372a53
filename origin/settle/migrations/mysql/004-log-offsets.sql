-- How far each partition of a log is settled; moved in the transaction that settles, by
-- compare-and-set.
CREATE TABLE IF NOT EXISTS log_offsets (
  log_name VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_id INT UNSIGNED NOT NULL,
  next_offset BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (log_name, partition_id)
) ENGINE = InnoDB
