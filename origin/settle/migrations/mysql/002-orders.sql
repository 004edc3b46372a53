-- The orders. `live` is 1 until the order is resolved without a unit, then NULL, so that the unique
-- key holds one live order a buyer a sale (I2). `settle_id` is the transaction that wrote the row.
-- Ids and states are compared byte by byte. No foreign keys: they would lock the hot sale row for
-- every insert. Times are BIGINT milliseconds since the epoch, from this server's clock: exact, the
-- same in every client, and free of time zones, which DATETIME(3) is not.
CREATE TABLE IF NOT EXISTS orders (
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  live TINYINT UNSIGNED NULL DEFAULT 1,
  state ENUM('reserved', 'paid', 'expired', 'cancelled', 'refunded', 'rejected')
    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'reserved',
  reason ENUM('sold-out', 'duplicate', 'cancelled', 'recovered', 'poison')
    CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  bucket SMALLINT UNSIGNED NOT NULL,
  seq INT UNSIGNED NOT NULL,
  reserved_at_ms BIGINT UNSIGNED NOT NULL,
  settled_at_ms BIGINT UNSIGNED NOT NULL,
  pay_before_ms BIGINT UNSIGNED NOT NULL,
  settle_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (order_id),
  UNIQUE KEY one_live_order (sale_id, buyer_id, live),
  CONSTRAINT orders_quantity CHECK (quantity >= 1)
) ENGINE = InnoDB
