-- Forgets some of the notices that the shop took long ago. Parameters: time (ms), how many.
DELETE FROM deliveries WHERE state = 'delivered' AND due_at_ms < ?
ORDER BY due_at_ms, number LIMIT ?
