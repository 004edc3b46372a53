-- Empties a board that begins anew. Parameter: sale id.
DELETE FROM board_ranks WHERE sale_id = ?
