-- How far a reader is in the results of all sales. Parameter: reader.
SELECT sale_id AS saleId, seq FROM result_cursors WHERE reader = ?
