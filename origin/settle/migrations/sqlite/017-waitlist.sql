-- Who waits for a unit, one row a buyer and sale. `number` is the order of joining: it is given
-- while the sale's row is locked, so it also is the order of the commits, and nobody jumps. Who
-- joins again after leaving gets a new row, and so the end of the line.
CREATE TABLE IF NOT EXISTS book_waitlist (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'served', 'left')),
  order_id TEXT,
  joined_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  UNIQUE (sale_id, buyer_id),
  UNIQUE (sale_id, state, number)
) STRICT
