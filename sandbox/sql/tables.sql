-- The sandbox's file: sessions as a provider keeps them, and the events that the shop has not taken
-- yet. `money_due_at_ms` is when money that is under way comes, whatever became of the session.
-- Two deliveries may carry one event id, since a provider sends events at least once.
CREATE TABLE IF NOT EXISTS sessions (
  session_id TEXT PRIMARY KEY,
  payment_id TEXT NOT NULL UNIQUE,
  order_id TEXT NOT NULL,
  sale_id TEXT NOT NULL,
  title TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  pay_before_ms INTEGER NOT NULL,
  return_url TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'failed', 'cancelled')),
  failure TEXT CHECK (failure IN ('declined', 'insufficient-funds')),
  late INTEGER NOT NULL DEFAULT 0,
  refunded INTEGER NOT NULL DEFAULT 0,
  money_due_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_money_due ON sessions (money_due_at_ms)
  WHERE money_due_at_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_created ON sessions (created_at_ms);
CREATE TABLE IF NOT EXISTS deliveries (
  delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL,
  body TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  due_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at_ms);
