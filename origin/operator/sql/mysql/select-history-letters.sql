-- The dead letters that an order lay in, the oldest first. Parameters: order id, how many at most.
SELECT id, state, reason, attempts, buried_at_ms AS buriedAtMs, changed_at_ms AS changedAtMs
FROM dead_letters WHERE order_id = ? ORDER BY id LIMIT ?
