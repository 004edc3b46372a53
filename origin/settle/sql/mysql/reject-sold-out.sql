-- Resolves fresh orders for which no unit is left. Parameter: list of order ids.
UPDATE orders SET state = 'rejected', reason = 'sold-out', live = NULL WHERE order_id IN (?)
