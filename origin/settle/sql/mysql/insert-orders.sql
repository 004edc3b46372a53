-- Writes orders as reserved, all of them or none: one whose order id is there, or whose buyer has a
-- live order in the sale, is an error (1062). Parameter: rows of order id, sale id, buyer id,
-- quantity, epoch, bucket, seq, reserved at (ms), settled at (ms), pay before (ms), settle id; sorted
-- by order id, so that two batches lock in one order.
INSERT INTO orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq, reserved_at_ms,
  settled_at_ms, pay_before_ms, settle_id)
VALUES ?
