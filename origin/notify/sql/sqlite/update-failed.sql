-- A notice is tried again later. Parameters: time due (ms), what went wrong, id.
UPDATE book_deliveries SET tries = tries + 1, due_at_ms = ?, last_error = ?
WHERE delivery_id = ? AND state = 'pending'
