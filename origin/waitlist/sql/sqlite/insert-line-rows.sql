-- A new row at the end of the line; the file gives the number. Parameters: sale id, buyer id,
-- quantity, joined at (ms), changed at (ms).
INSERT INTO book_waitlist (sale_id, buyer_id, quantity, joined_at_ms, changed_at_ms)
VALUES (?, ?, ?, ?, ?)
