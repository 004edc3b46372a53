-- Notes that the stock store has holds. Parameters: now (ms), list of order ids (JSON).
UPDATE book_holds SET delivered_at_ms = ?
WHERE order_id IN (SELECT value FROM json_each(?)) AND delivered_at_ms IS NULL
