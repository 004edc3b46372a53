-- How many buyers are on a board. Parameter: sale id.
SELECT COUNT(*) AS buyers FROM board_ranks WHERE sale_id = ?
