-- Takes off the waitlist whoever holds an order after all. Parameters: now (ms), list of numbers
-- (JSON).
UPDATE book_waitlist SET state = 'left', changed_at_ms = ?
WHERE number IN (SELECT value FROM json_each(?))
