-- How far a reader is in the results of all sales. Parameter: reader.
SELECT sale_id AS saleId, seq FROM book_result_cursors WHERE reader = ?
