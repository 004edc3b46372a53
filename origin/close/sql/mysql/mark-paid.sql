-- An order is paid. Parameters: now (ms), order id.
UPDATE orders SET state = 'paid', closed_by = NULL, resolved_at_ms = ?
WHERE order_id = ? AND state = 'reserved'
