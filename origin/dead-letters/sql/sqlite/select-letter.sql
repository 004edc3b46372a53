-- One letter with its value (hex). Parameter: id.
SELECT id, source, partition_id AS partition, CAST(log_offset AS TEXT) AS offset,
  order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, reason, state, attempts,
  buried_at_ms AS buriedAtMs, changed_at_ms AS changedAtMs,
  hex(value) AS valueHex
FROM book_dead_letters WHERE id = ?
