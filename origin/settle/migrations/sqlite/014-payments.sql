-- Attempts to pay an order, one row each. `live` is 1 while the provider may still take money for
-- it, then NULL, so that the unique key holds one open attempt an order. `due_at_ms` is when the
-- provider must be asked next (to open, cancel, refund, or how things stand); NULL when there is
-- nothing to ask. The id is the provider's idempotency key: asked twice, it makes one session.
CREATE TABLE IF NOT EXISTS book_payments (
  payment_id TEXT NOT NULL PRIMARY KEY,
  order_id TEXT NOT NULL,
  sale_id TEXT NOT NULL,
  buyer_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  live INTEGER DEFAULT 1 CHECK (live = 1),
  provider TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'opening' CHECK (state IN ('opening', 'open', 'cancelling', 'paid',
    'failed', 'cancelled', 'refunding', 'refunded')),
  refund_reason TEXT CHECK (refund_reason IN ('late', 'twice', 'operator', 'provider')),
  amount INTEGER NOT NULL CHECK (amount >= 0),
  currency TEXT NOT NULL,
  pay_before_ms INTEGER NOT NULL,
  session_id TEXT,
  url TEXT,
  opened_at_ms INTEGER NOT NULL,
  changed_at_ms INTEGER NOT NULL,
  due_at_ms INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  UNIQUE (order_id, live),
  UNIQUE (due_at_ms, payment_id),
  UNIQUE (sale_id, opened_at_ms, payment_id)
) STRICT, WITHOUT ROWID
