-- Forgets some of the notices that the shop took long ago. Parameters: time (ms), how many.
DELETE FROM book_deliveries WHERE number IN (
  SELECT number FROM book_deliveries WHERE state = 'delivered' AND due_at_ms < ?
  ORDER BY due_at_ms, number LIMIT ?
)
