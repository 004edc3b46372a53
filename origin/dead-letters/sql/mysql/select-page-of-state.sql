-- A page of the letters in a state, the oldest first. Parameters: state, id after which to go on,
-- how many.
SELECT id, source, partition_id AS `partition`, CAST(log_offset AS CHAR) AS `offset`,
  order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, reason, state, attempts,
  buried_at_ms AS buriedAtMs, changed_at_ms AS changedAtMs
FROM dead_letters WHERE state = ? AND id > ? ORDER BY id LIMIT ?
