-- What settling needs of the batch's sales, with the book's clock. Takes no lock. Parameter: list
-- of sale ids.
SELECT sale_id AS saleId, pay_window_ms AS payWindowMs,
  CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED) AS nowMs
FROM sales WHERE sale_id IN (?)
