-- How far a reader is in a sale's results. Parameters: reader, sale id.
SELECT seq FROM result_cursors WHERE reader = ? AND sale_id = ?
