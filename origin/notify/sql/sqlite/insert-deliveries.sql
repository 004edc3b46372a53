-- New notices. Parameters: id, order id, sale id, type, body, time made and
-- time due (ms), and traceparent or NULL.
INSERT INTO book_deliveries
  (delivery_id, order_id, sale_id, type, payload, created_at_ms, due_at_ms, traceparent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
