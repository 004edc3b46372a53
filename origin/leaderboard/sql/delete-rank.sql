-- A buyer leaves. Parameters: sale id, buyer id.
DELETE FROM board_ranks WHERE sale_id = ? AND buyer_id = ?
