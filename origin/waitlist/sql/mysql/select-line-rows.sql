-- The rows of buyers in a sale's line, whatever became of them. Parameters: sale id, list of buyer
-- ids.
SELECT number, buyer_id AS buyerId, quantity, state, joined_at_ms AS joinedAtMs
FROM waitlist FORCE INDEX (one_place) WHERE sale_id = ? AND buyer_id IN (?)
