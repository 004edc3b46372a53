-- Notices are due no sooner than the one of their order before them. Parameters: its time due
-- (ms), order id, the time due again.
UPDATE deliveries SET due_at_ms = ?
WHERE order_id = ? AND state = 'pending' AND due_at_ms < ?
