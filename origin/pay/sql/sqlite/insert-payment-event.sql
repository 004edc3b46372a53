-- An event that is taken now. Parameters, a row: provider, event id, payment id, kind, now (ms).
INSERT INTO book_payment_events (provider, event_id, payment_id, kind, taken_at_ms) VALUES (?, ?,
  ?, ?, ?)
