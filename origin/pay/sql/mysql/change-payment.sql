-- A payment's next state, under its order's lock. Parameters: state, live (1 or NULL), refund
-- reason or NULL to leave it, session id or NULL to leave it, now (ms), due at (ms, NULL for
-- never), payment id.
UPDATE payments SET state = ?, live = ?, refund_reason = COALESCE(?, refund_reason),
  session_id = COALESCE(session_id, ?), changed_at_ms = ?, due_at_ms = ?, tries = 0
WHERE payment_id = ?
