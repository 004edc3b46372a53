-- Reservations that are not known to be in the log yet, of whatever epoch.
CREATE TABLE IF NOT EXISTS stock_outbox (
  sale_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  reserved_at_ms INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  buyer_id TEXT NOT NULL,
  PRIMARY KEY (sale_id, order_id)
) STRICT, WITHOUT ROWID
