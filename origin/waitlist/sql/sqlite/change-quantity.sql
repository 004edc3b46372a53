-- Changes what buyers would take at most; their places stay. Parameters: quantity, now (ms), list
-- of numbers (JSON).
UPDATE book_waitlist SET quantity = ?, changed_at_ms = ?
WHERE number IN (SELECT value FROM json_each(?))
