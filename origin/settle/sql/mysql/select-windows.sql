-- What settling needs of the batch's sales, with the book's clock. Takes no lock. Parameter: list
-- of sale ids.
SELECT s.sale_id AS saleId, s.pay_window_ms AS payWindowMs,
  s.settles_from AS settlesFrom,
  EXISTS (SELECT 1 FROM cancellations c WHERE c.sale_id = s.sale_id) AS hasCancellations,
  CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS UNSIGNED) AS nowMs
FROM sales s WHERE s.sale_id IN (?)
