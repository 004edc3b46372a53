-- What settling needs of a sale. Parameter: sale id.
SELECT s.pay_window_ms AS payWindowMs, s.settles_from AS settlesFrom,
  EXISTS (SELECT 1 FROM book_cancellations c WHERE c.sale_id = s.sale_id) AS hasCancellations
FROM book_sales s WHERE s.sale_id = ?
