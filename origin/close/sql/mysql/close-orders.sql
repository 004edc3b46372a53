-- Resolves orders that no longer hold units. Parameters: new state, closed by, now (ms), list of
-- order ids, old state.
UPDATE orders FORCE INDEX (PRIMARY)
SET state = ?, live = NULL, closed_by = ?, resolved_at_ms = ?
WHERE order_id IN (?) AND state = ?
