-- The snapshot has the effect of these releases. By the primary key, so that none that is being
-- written is waited for. Parameters: now (ms), list of order ids.
UPDATE book_releases SET delivered_at_ms = ?
WHERE order_id IN (SELECT value FROM json_each(?)) AND delivered_at_ms IS NULL
