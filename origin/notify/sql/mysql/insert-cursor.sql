-- How far a reader is in a sale's results, for the first time. Parameters: rows of reader, sale id,
-- number.
INSERT INTO result_cursors (reader, sale_id, seq) VALUES ?
