-- A sale's results after a number, in order. Parameters: sale id, number, how many at most.
SELECT seq, at_ms AS atMs, orders FROM book_results WHERE sale_id = ? AND seq > ?
ORDER BY seq LIMIT ?
