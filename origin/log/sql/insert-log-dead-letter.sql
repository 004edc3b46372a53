-- Keeps a record that cannot be settled.
-- Parameters: 1 source, 2 partition, 3 offset, 4 order id or NULL, 5 reason, 6 value (bytes), 7
-- time (ms).
INSERT INTO log_dead_letters (source, partition, offset, order_id, reason, value, appended_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?)
