-- How many orders and units settled, for each bucket of a sale's stock and each epoch, rejected
-- ones included: what the stock store handed out and is not counted here is still on its way.
CREATE TABLE IF NOT EXISTS settled_counts (
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  bucket SMALLINT UNSIGNED NOT NULL,
  settled_orders BIGINT UNSIGNED NOT NULL,
  settled_units BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (sale_id, epoch, bucket)
) ENGINE = InnoDB
