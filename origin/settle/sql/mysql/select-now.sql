-- The book's clock, in milliseconds since the epoch.
SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED) AS nowMs
