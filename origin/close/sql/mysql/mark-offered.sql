-- Leaves releases to the stock store. Parameter: list of order ids.
UPDATE releases SET for_line = 0 WHERE order_id IN (?)
