-- What is known of the units that a sale was made with: its units now, the units added since, and
-- the most that refunds may have taken out of it. Parameter: sale id.
SELECT s.units,
  (SELECT CAST(COALESCE(SUM(t.units), 0) AS UNSIGNED) FROM top_ups t
    WHERE t.sale_id = s.sale_id) AS added,
  (SELECT CAST(COALESCE(SUM(o.quantity), 0) AS UNSIGNED) FROM orders o
    WHERE o.sale_id = s.sale_id AND o.state = 'refunded') AS refunded
FROM sales s WHERE s.sale_id = ?
