-- Each time a sale's stock was made anew from the book: why, and how it went. One row an epoch.
CREATE TABLE IF NOT EXISTS recoveries (
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  cause VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  began_at_ms BIGINT UNSIGNED NOT NULL,
  reopened_at_ms BIGINT UNSIGNED NULL DEFAULT NULL,
  units INT UNSIGNED NULL DEFAULT NULL,
  holdings INT UNSIGNED NULL DEFAULT NULL,
  PRIMARY KEY (sale_id, epoch)
) ENGINE = InnoDB
