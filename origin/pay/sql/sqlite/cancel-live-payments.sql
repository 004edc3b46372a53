-- Live payments of some orders are to be cancelled, at once. Parameters: now (ms), due at (ms),
-- list of order ids.
UPDATE book_payments SET state = 'cancelling', changed_at_ms = ?, due_at_ms = ?, tries = 0
WHERE order_id IN (SELECT value FROM json_each(?)) AND live = 1 AND state <> 'cancelling'
