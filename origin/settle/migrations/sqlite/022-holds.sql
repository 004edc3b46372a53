-- Orders that the book made for the head of the waitlist, of which the stock store is to learn: it
-- takes no units for them, it only has to know that the buyer has an order.
CREATE TABLE IF NOT EXISTS book_holds (
  order_id TEXT NOT NULL PRIMARY KEY,
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  epoch INTEGER NOT NULL,
  delivered_at_ms INTEGER,
  UNIQUE (delivered_at_ms, sale_id, order_id)
) STRICT, WITHOUT ROWID
