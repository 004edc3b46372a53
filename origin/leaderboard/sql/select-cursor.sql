-- The last result that a board has. Parameter: sale id.
SELECT seq FROM board_cursors WHERE sale_id = ?
