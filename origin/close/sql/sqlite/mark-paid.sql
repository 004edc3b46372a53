-- An order is paid. Parameters: now (ms), order id.
UPDATE book_orders SET state = 'paid', closed_by = NULL, resolved_at_ms = ?
WHERE order_id = ? AND state = 'reserved'
