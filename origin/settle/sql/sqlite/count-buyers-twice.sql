-- Buyers who hold more than one order of a sale, by the states, not by the key that forbids it.
-- Parameter: sale id.
SELECT COUNT(*) AS buyers FROM (
  SELECT buyer_id FROM book_orders WHERE sale_id = ? AND state IN ('reserved', 'paid')
  GROUP BY buyer_id HAVING COUNT(*) > 1) AS twice
