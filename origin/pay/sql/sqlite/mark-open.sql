-- A payment that was being opened is open. Parameters: now (ms), due at (ms), payment id.
UPDATE book_payments SET state = 'open', changed_at_ms = ?, due_at_ms = ?, tries = 0
WHERE payment_id = ? AND state = 'opening'
