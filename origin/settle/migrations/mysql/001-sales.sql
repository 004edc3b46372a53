-- The sales: what an operator made, and the three counters of the book's guard. `free` is unsigned,
-- so that even a guard that is wrong ends in an error, not in a unit sold twice (I1). Every
-- statement of these migrations may run twice: MySQL commits each by itself, before its number is
-- noted down.
CREATE TABLE IF NOT EXISTS sales (
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT UNSIGNED NOT NULL,
  title VARCHAR(200) CHARACTER SET utf8mb4 NOT NULL,
  price BIGINT UNSIGNED NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  picture_url VARCHAR(500) CHARACTER SET utf8mb4 NULL,
  units INT UNSIGNED NOT NULL,
  per_buyer INT UNSIGNED NOT NULL,
  opens_at_ms BIGINT UNSIGNED NOT NULL,
  closes_at_ms BIGINT UNSIGNED NOT NULL,
  paused BOOLEAN NOT NULL,
  rate_per_second DOUBLE NOT NULL,
  seed VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  share_steps TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pay_window_ms BIGINT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  loaded BOOLEAN NOT NULL,
  free INT UNSIGNED NOT NULL,
  reserved INT UNSIGNED NOT NULL,
  paid INT UNSIGNED NOT NULL,
  PRIMARY KEY (sale_id)
) ENGINE = InnoDB
