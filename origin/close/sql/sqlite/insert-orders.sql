-- Reserves for a head of the waitlist. Parameters: order id, sale id, buyer id, quantity, epoch,
-- bucket, seq, reserved at (ms), settled at (ms), pay before (ms), settle id.
INSERT INTO book_orders (order_id, sale_id, buyer_id, live, state, quantity, epoch, bucket, seq,
  reserved_at_ms, settled_at_ms, pay_before_ms, settle_id)
VALUES (?, ?, ?, 1, 'reserved', ?, ?, ?, ?, ?, ?, ?, ?)
