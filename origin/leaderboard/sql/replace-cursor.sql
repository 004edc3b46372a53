-- Moves a board. Parameters: sale id, number of the last result.
INSERT INTO board_cursors (sale_id, seq) VALUES (?, ?)
ON CONFLICT (sale_id) DO UPDATE SET seq = excluded.seq
