-- New rows at the end of the line; the server gives the numbers, in the order of the rows.
-- Parameter: rows of sale id, buyer id, quantity, joined at (ms), changed at (ms).
INSERT INTO waitlist (sale_id, buyer_id, quantity, joined_at_ms, changed_at_ms) VALUES ?
