-- Which events of a payment provider were taken, so that each counts once however often it comes.
CREATE TABLE IF NOT EXISTS payment_events (
  provider VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  taken_at_ms BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (provider, event_id)
) ENGINE = InnoDB
