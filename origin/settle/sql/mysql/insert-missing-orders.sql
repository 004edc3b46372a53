-- Writes orders as reserved. A row whose order id is there, or whose buyer has a live order in the
-- sale, is left as it is: the assignment changes nothing, and unlike INSERT IGNORE it hides no
-- error. Parameter: rows as in insert-orders.sql.
INSERT INTO orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq, reserved_at_ms,
  settled_at_ms, pay_before_ms, settle_id)
VALUES ?
ON DUPLICATE KEY UPDATE order_id = order_id
