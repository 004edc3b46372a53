-- Orders that the book made for the head of the waitlist, of which the stock store is to learn: it
-- takes no units for them, it only has to know that the buyer has an order.
CREATE TABLE IF NOT EXISTS holds (
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  epoch INT UNSIGNED NOT NULL,
  delivered_at_ms BIGINT UNSIGNED NULL DEFAULT NULL,
  PRIMARY KEY (order_id),
  KEY not_delivered (delivered_at_ms, sale_id)
) ENGINE = InnoDB
