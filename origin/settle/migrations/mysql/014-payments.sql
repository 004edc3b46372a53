-- Attempts to pay an order, one row each. `live` is 1 while the provider may still take money for
-- it, then NULL, so that the unique key holds one open attempt an order. `due_at_ms` is when the
-- provider must be asked next (to open, cancel, refund, or how things stand); NULL when there is
-- nothing to ask. The id is the provider's idempotency key: asked twice, it makes one session.
CREATE TABLE IF NOT EXISTS payments (
  payment_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt SMALLINT UNSIGNED NOT NULL,
  live TINYINT UNSIGNED NULL DEFAULT 1,
  provider VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state ENUM('opening', 'open', 'cancelling', 'paid', 'failed', 'cancelled', 'refunding',
    'refunded')
    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'opening',
  refund_reason ENUM('late', 'twice', 'operator', 'provider')
    CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  amount BIGINT UNSIGNED NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pay_before_ms BIGINT UNSIGNED NOT NULL,
  session_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  url VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  opened_at_ms BIGINT UNSIGNED NOT NULL,
  changed_at_ms BIGINT UNSIGNED NOT NULL,
  due_at_ms BIGINT UNSIGNED NULL DEFAULT NULL,
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (payment_id),
  UNIQUE KEY one_live_payment (order_id, live),
  KEY due (due_at_ms),
  KEY of_sale (sale_id, opened_at_ms)
) ENGINE = InnoDB
