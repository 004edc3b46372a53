-- Writes an outbox entry; one of an earlier epoch with the same order id gives way.
-- Parameters: sale id, order id, epoch, seq, reserved at (milliseconds), quantity (units),
-- buyer id.
INSERT OR REPLACE INTO stock_outbox
  (sale_id, order_id, epoch, seq, reserved_at_ms, quantity, buyer_id)
VALUES (?, ?, ?, ?, ?, ?, ?)
