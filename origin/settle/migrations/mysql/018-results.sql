-- What became of orders, in the order in which it became so: a row for each transaction that
-- changed orders of a sale, written in that transaction. `seq` counts up without gaps under the
-- lock of the sale's row, so a reader that remembers it misses nothing. `orders` is JSON.
CREATE TABLE IF NOT EXISTS results (
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq BIGINT UNSIGNED NOT NULL,
  at_ms BIGINT UNSIGNED NOT NULL,
  orders MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (sale_id, seq)
) ENGINE = InnoDB
