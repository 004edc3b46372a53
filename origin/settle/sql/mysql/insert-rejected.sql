-- Writes orders that are rejected from the start (their buyer has a live order in the sale, or
-- cancelled this one before it settled), so that no order vanishes. A row whose order id is there
-- is left as it is. Parameter: rows as in insert-orders.sql, then NULL for `live`, state, reason,
-- closed by.
INSERT INTO orders (order_id, sale_id, buyer_id, quantity, epoch, bucket, seq, reserved_at_ms,
  settled_at_ms, pay_before_ms, settle_id, live, state, reason, closed_by)
VALUES ?
ON DUPLICATE KEY UPDATE order_id = order_id
