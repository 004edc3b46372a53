-- Live payments of some orders are to be cancelled, at once. Parameters: now (ms), due at (ms),
-- list of order ids.
UPDATE payments FORCE INDEX (one_live_payment)
SET state = 'cancelling', changed_at_ms = ?, due_at_ms = ?, tries = 0
WHERE order_id IN (?) AND live = 1 AND state <> 'cancelling'
