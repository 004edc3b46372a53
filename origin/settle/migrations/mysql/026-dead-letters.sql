-- Log records, or single orders of them, that could not be settled, and what became of them. Where
-- one came from is its name, so that what is buried twice is there once; order_id is '' when the
-- record could not be read.
CREATE TABLE IF NOT EXISTS dead_letters (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  source VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_id INT UNSIGNED NOT NULL,
  log_offset BIGINT UNSIGNED NOT NULL,
  order_id VARCHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  epoch BIGINT UNSIGNED NULL DEFAULT NULL,
  quantity BIGINT UNSIGNED NULL DEFAULT NULL,
  reason VARCHAR(500) CHARACTER SET utf8mb4 NOT NULL,
  value MEDIUMBLOB NOT NULL,
  state ENUM('pending', 'replayed', 'discarded')
    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'pending',
  attempts INT UNSIGNED NOT NULL DEFAULT 0,
  buried_at_ms BIGINT UNSIGNED NOT NULL,
  changed_at_ms BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY once (source, partition_id, log_offset, order_id),
  KEY of_state (state, id),
  KEY of_buyer (state, buyer_id),
  KEY of_order (order_id),
  KEY of_sale (sale_id, epoch)
) ENGINE = InnoDB
