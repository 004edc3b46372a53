-- The notices that may be sent now, the longest due first: of each order the oldest that waits.
-- Parameters: now (ms), how many.
SELECT due.delivery_id AS deliveryId, due.order_id AS orderId, due.payload AS payload,
  due.tries AS tries, due.created_at_ms AS createdAtMs, due.traceparent AS traceparent
FROM deliveries AS due
WHERE due.state = 'pending' AND due.due_at_ms <= ? AND NOT EXISTS (
  SELECT 1 FROM deliveries AS earlier
  WHERE earlier.order_id = due.order_id AND earlier.number < due.number
  AND earlier.state = 'pending'
)
ORDER BY due.due_at_ms, due.number LIMIT ?
