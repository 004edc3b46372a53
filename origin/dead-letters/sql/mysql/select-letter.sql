-- One letter with its value (hex). Parameter: id.
SELECT id, source, partition_id AS `partition`, CAST(log_offset AS CHAR) AS `offset`,
  order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, reason, state, attempts,
  buried_at_ms AS buriedAtMs, changed_at_ms AS changedAtMs,
  HEX(value) AS valueHex
FROM dead_letters WHERE id = ?
