-- Units added to a sale, each command once by the id that its sender chose.
CREATE TABLE IF NOT EXISTS top_ups (
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  top_up_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  units INT UNSIGNED NOT NULL,
  added_at_ms BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (sale_id, top_up_id)
) ENGINE = InnoDB
