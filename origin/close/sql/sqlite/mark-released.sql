-- Notes that the stock store has releases. Parameters: now (ms), list of order ids (JSON).
UPDATE book_releases SET delivered_at_ms = ?
WHERE order_id IN (SELECT value FROM json_each(?)) AND delivered_at_ms IS NULL
