-- Empties the curve of a board that begins anew. Parameter: sale id.
DELETE FROM board_curve WHERE sale_id = ?
