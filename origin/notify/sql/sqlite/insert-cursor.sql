-- How far a reader is in a sale's results, for the first time. Parameters: reader, sale id,
-- number.
INSERT INTO book_result_cursors (reader, sale_id, seq) VALUES (?, ?, ?)
