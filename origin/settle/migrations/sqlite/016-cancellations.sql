-- Orders that their buyer cancelled before they settled: settling finds them here and rejects them.
-- A row goes when its order is resolved.
CREATE TABLE IF NOT EXISTS book_cancellations (
  order_id TEXT NOT NULL PRIMARY KEY,
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  closed_by TEXT NOT NULL CHECK (closed_by IN ('buyer', 'operator', 'risk')),
  asked_at_ms INTEGER NOT NULL,
  UNIQUE (sale_id, order_id)
) STRICT, WITHOUT ROWID
