-- An event that is taken now. Parameters, a row: provider, event id, payment id, kind, now (ms).
INSERT INTO payment_events (provider, event_id, payment_id, kind, taken_at_ms) VALUES ?
