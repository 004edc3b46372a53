-- The shop did not take it. Parameters: when to try again in ms, delivery_id.
UPDATE deliveries SET tries = tries + 1, due_at_ms = ? WHERE delivery_id = ?
