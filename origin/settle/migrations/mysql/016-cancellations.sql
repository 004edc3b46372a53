-- Orders that their buyer cancelled before they settled: settling finds them here and rejects them.
-- A row goes when its order is resolved.
CREATE TABLE IF NOT EXISTS cancellations (
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  closed_by ENUM('buyer', 'operator', 'risk') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_at_ms BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (order_id),
  KEY of_sale (sale_id)
) ENGINE = InnoDB
