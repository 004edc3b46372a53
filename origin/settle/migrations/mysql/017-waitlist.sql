-- Who waits for a unit, one row a buyer and sale. `number` is the order of joining: it is given
-- while the sale's row is locked, so it also is the order of the commits, and nobody jumps. Who
-- joins again after leaving gets a new row, and so the end of the line.
CREATE TABLE IF NOT EXISTS waitlist (
  number BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  state ENUM('waiting', 'served', 'left')
    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'waiting',
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  joined_at_ms BIGINT UNSIGNED NOT NULL,
  changed_at_ms BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (number),
  UNIQUE KEY one_place (sale_id, buyer_id),
  KEY line (sale_id, state, number)
) ENGINE = InnoDB
