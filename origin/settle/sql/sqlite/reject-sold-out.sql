-- Resolves a fresh order for which no unit is left. Parameter: order id.
UPDATE book_orders SET state = 'rejected', reason = 'sold-out', live = NULL WHERE order_id = ?
