-- The first of a board. Parameters: sale id, how many.
SELECT buyer_id AS buyerId, position FROM board_ranks WHERE sale_id = ?
ORDER BY position, buyer_id LIMIT ?
