-- A sale's oldest results. Parameters: sale id, how many at most.
SELECT seq, at_ms AS atMs FROM results WHERE sale_id = ? ORDER BY seq LIMIT ?
