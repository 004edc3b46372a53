-- Reserves for heads of the waitlist. A buyer who has a live order is an error (1062): the whole
-- transaction runs again, and sees that order. Parameter: rows of order id, sale id, buyer id,
-- quantity, epoch, bucket, seq, reserved at (ms), settled at (ms), pay before (ms), settle id.
INSERT INTO orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq, reserved_at_ms,
  settled_at_ms, pay_before_ms, settle_id)
VALUES ?
