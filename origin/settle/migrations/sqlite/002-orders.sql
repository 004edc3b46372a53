-- The orders, with the same limits as in MySQL. `live` is 1 until the order is resolved without a
-- unit, then NULL, so that the unique key holds one live order a buyer a sale (I2). `settle_id` is
-- the transaction that wrote the row. Times are milliseconds since the epoch, by the origin's
-- clock.
CREATE TABLE IF NOT EXISTS book_orders (
  order_id TEXT NOT NULL PRIMARY KEY CHECK (length(order_id) <= 22),
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL CHECK (length(buyer_id) <= 64),
  live INTEGER CHECK (live = 1),
  state TEXT NOT NULL
    CHECK (state IN ('reserved', 'paid', 'expired', 'cancelled', 'refunded', 'rejected')),
  reason TEXT CHECK (reason IN ('sold-out', 'duplicate', 'cancelled', 'recovered', 'poison')),
  quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 65535),
  epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 4294967295),
  bucket INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 65535),
  seq INTEGER NOT NULL CHECK (seq BETWEEN 0 AND 4294967295),
  reserved_at_ms INTEGER NOT NULL CHECK (reserved_at_ms >= 0),
  settled_at_ms INTEGER NOT NULL,
  pay_before_ms INTEGER NOT NULL,
  settle_id INTEGER NOT NULL,
  UNIQUE (sale_id, buyer_id, live)
) STRICT, WITHOUT ROWID
