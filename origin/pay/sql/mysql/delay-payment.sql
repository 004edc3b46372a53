-- The provider is asked again later, unless the payment went on meanwhile. Parameters: due at (ms),
-- payment id, state, tries.
UPDATE payments SET due_at_ms = ?, tries = tries + 1
WHERE payment_id = ? AND state = ? AND tries = ?
