-- The next of a sale's waitlist in the order of joining. Parameters: sale id, number after which to
-- go on, how many at most.
SELECT number, buyer_id AS buyerId, quantity
FROM book_waitlist WHERE sale_id = ? AND state = 'waiting' AND number > ?
ORDER BY number LIMIT ?
