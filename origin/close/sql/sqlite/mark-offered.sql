-- Leaves releases to the stock store. Parameter: list of order ids.
UPDATE book_releases SET for_line = 0 WHERE order_id IN (SELECT value FROM json_each(?))
