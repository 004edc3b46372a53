-- A buyer comes, or moves. Parameters: sale id, buyer id, position.
INSERT INTO board_ranks (sale_id, buyer_id, position) VALUES (?, ?, ?)
ON CONFLICT (sale_id, buyer_id) DO UPDATE SET position = excluded.position
