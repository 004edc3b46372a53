-- Writes an order. A row whose order id is there, or whose buyer has a live order in the sale, is
-- left as it is; bad data is an error all the same. Parameters: order id, sale id, buyer id,
-- quantity, epoch, bucket, seq, reserved at (ms), settled at (ms), pay before (ms), settle id, live
-- (1 or NULL), state, reason, closed by.
INSERT INTO book_orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq, reserved_at_ms,
  settled_at_ms, pay_before_ms, settle_id, live, state, reason, closed_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
