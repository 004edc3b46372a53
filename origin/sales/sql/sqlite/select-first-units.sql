-- What is known of the units that a sale was made with: its units now, the units added since, and
-- the most that refunds may have taken out of it. Parameter: sale id.
SELECT s.units,
  (SELECT COALESCE(SUM(t.units), 0) FROM book_top_ups t
    WHERE t.sale_id = s.sale_id) AS added,
  (SELECT COALESCE(SUM(o.quantity), 0) FROM book_orders o
    WHERE o.sale_id = s.sale_id AND o.state = 'refunded') AS refunded
FROM book_sales s WHERE s.sale_id = ?
