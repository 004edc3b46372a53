-- How far the slowest reader of a sale's results is; no row when nobody keeps a number here.
-- Parameter: sale id.
SELECT seq FROM book_result_cursors WHERE sale_id = ? ORDER BY seq LIMIT 1
