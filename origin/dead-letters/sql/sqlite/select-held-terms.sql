-- What the letters hold of a sale, by epoch: orders that were handed out and are not in the book,
-- each once, also of letters that were discarded without a row. Parameter: sale id.
SELECT epoch, COUNT(*) AS orders, SUM(quantity) AS units
FROM (
  SELECT letter.order_id, MIN(letter.epoch) AS epoch, MIN(letter.quantity) AS quantity
  FROM book_dead_letters AS letter
  WHERE letter.sale_id = ?
    AND NOT EXISTS (SELECT 1 FROM book_orders AS settled WHERE settled.order_id = letter.order_id)
  GROUP BY letter.order_id
) AS held
GROUP BY epoch ORDER BY epoch
