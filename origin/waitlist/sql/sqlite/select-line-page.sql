-- A page of a sale's line, whatever became of each, in the order of joining. Parameters: sale id,
-- the last number of the page before (0 for the first), how many at most.
SELECT number, buyer_id AS buyerId, quantity, state, joined_at_ms AS joinedAtMs, order_id AS orderId
FROM book_waitlist WHERE sale_id = ? AND number > ? ORDER BY number LIMIT ?
