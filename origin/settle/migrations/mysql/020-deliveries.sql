-- Notices to the shop, in the order of `number` for each order. A notice is due only once all
-- earlier ones of its order are delivered or dead.
CREATE TABLE IF NOT EXISTS deliveries (
  number BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  delivery_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payload TEXT CHARACTER SET utf8mb4 NOT NULL,
  state ENUM('pending', 'delivered', 'dead')
    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'pending',
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  created_at_ms BIGINT UNSIGNED NOT NULL,
  due_at_ms BIGINT UNSIGNED NOT NULL,
  last_error VARCHAR(200) CHARACTER SET utf8mb4 NULL DEFAULT NULL,
  PRIMARY KEY (number),
  UNIQUE KEY once (delivery_id),
  KEY due (state, due_at_ms),
  KEY of_order (order_id, number)
) ENGINE = InnoDB
