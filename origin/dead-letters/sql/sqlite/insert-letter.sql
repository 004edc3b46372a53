-- Keeps a letter; one that is there already stays as it is. Parameters: source, partition, offset,
-- order id or '', sale id, buyer id, epoch, quantity (or NULL), reason, value (hex), now (ms), now.
INSERT INTO book_dead_letters (source, partition_id, log_offset, order_id, sale_id, buyer_id, epoch,
  quantity, reason, value, buried_at_ms, changed_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?), ?, ?)
ON CONFLICT (source, partition_id, log_offset, order_id) DO NOTHING
