-- What is to be sent now, the longest waiting first. Parameters: the time in ms, how many at most.
SELECT delivery_id, event_id, body, tries, created_at_ms FROM deliveries
WHERE due_at_ms <= ? ORDER BY due_at_ms, delivery_id LIMIT ?
