-- Outbox entries reserved before a moment, oldest first.
-- Parameters: sale id, before (milliseconds), limit (entries).
SELECT epoch, seq, reserved_at_ms, order_id, quantity, buyer_id FROM stock_outbox
WHERE sale_id = ? AND reserved_at_ms < ?
ORDER BY epoch, seq
LIMIT ?
