-- Changes what buyers would take at most; their places stay. Parameters: quantity, now (ms), list
-- of numbers.
UPDATE waitlist FORCE INDEX (PRIMARY) SET quantity = ?, changed_at_ms = ?
WHERE number IN (?)
