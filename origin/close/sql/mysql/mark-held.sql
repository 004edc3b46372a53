-- Notes that the stock store has holds; by the primary key, so that none that waits is locked.
-- Parameters: now (ms), list of order ids.
UPDATE holds FORCE INDEX (PRIMARY) SET delivered_at_ms = ?
WHERE order_id IN (?) AND delivered_at_ms IS NULL
