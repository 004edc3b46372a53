-- What the stock store is to give back: units, or with 0 units only the buyer's slot. One row an
-- order, kept after delivery, so that the primary key holds "released once" for ever. The second
-- key finds what is not delivered, of all sales or of one.
CREATE TABLE IF NOT EXISTS releases (
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  units INT UNSIGNED NOT NULL,
  delivered_at_ms BIGINT UNSIGNED NULL DEFAULT NULL,
  PRIMARY KEY (order_id),
  KEY not_delivered (delivered_at_ms, sale_id)
) ENGINE = InnoDB
