-- An event to be sent to the shop. Parameters: event_id, body, due_at_ms, created_at_ms.
INSERT INTO deliveries (event_id, body, due_at_ms, created_at_ms) VALUES (?, ?, ?, ?)
