-- Notes that the stock store applied releases. Parameter: list of order ids.
UPDATE releases SET delivered_at_ms = CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED)
WHERE order_id IN (?) AND delivered_at_ms IS NULL
