-- The results in which an order may be, between two moments, the oldest first; by the moments a
-- sale's other results are passed over unread. Parameters: sale id, from (ms), to (ms), order id,
-- how many at most.
SELECT at_ms AS atMs, orders FROM results
WHERE sale_id = ? AND at_ms >= ? AND at_ms <= ? AND INSTR(orders, ?) > 0
ORDER BY seq LIMIT ?
