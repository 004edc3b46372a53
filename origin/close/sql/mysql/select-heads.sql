-- The next of a sale's waitlist in the order of joining, locked. Parameters: sale id, number after
-- which to go on, how many at most.
SELECT number, buyer_id AS buyerId, quantity
FROM waitlist FORCE INDEX (line) WHERE sale_id = ? AND state = 'waiting' AND number > ?
ORDER BY number LIMIT ? FOR UPDATE
