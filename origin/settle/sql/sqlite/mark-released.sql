-- Notes that the stock store applied a release. Parameters: now (ms), order id.
UPDATE book_releases SET delivered_at_ms = ? WHERE order_id = ? AND delivered_at_ms IS NULL
