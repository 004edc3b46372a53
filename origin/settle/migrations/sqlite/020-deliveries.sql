-- Notices to the shop, in the order of `number` for each order. A notice is due only once all
-- earlier ones of its order are delivered or dead.
CREATE TABLE IF NOT EXISTS book_deliveries (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_id TEXT NOT NULL UNIQUE,
  order_id TEXT NOT NULL,
  sale_id TEXT NOT NULL,
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
  tries INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL,
  due_at_ms INTEGER NOT NULL,
  last_error TEXT,
  UNIQUE (state, due_at_ms, number),
  UNIQUE (order_id, number)
) STRICT
