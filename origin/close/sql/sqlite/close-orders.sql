-- Resolves orders that no longer hold units. Parameters: new state, closed by, now (ms), list of
-- order ids (JSON), old state.
UPDATE book_orders SET state = ?, live = NULL, closed_by = ?, resolved_at_ms = ?
WHERE order_id IN (SELECT value FROM json_each(?)) AND state = ?
