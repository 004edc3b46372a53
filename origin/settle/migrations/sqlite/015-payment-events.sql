-- Which events of a payment provider were taken, so that each counts once however often it comes.
CREATE TABLE IF NOT EXISTS book_payment_events (
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  taken_at_ms INTEGER NOT NULL,
  PRIMARY KEY (provider, event_id)
) STRICT, WITHOUT ROWID
