-- How far each reader of the results is, for readers that keep nothing else.
CREATE TABLE IF NOT EXISTS result_cursors (
  reader VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (reader, sale_id)
) ENGINE = InnoDB
