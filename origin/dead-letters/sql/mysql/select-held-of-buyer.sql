-- A buyer's orders that lie in the letters and are not in the book by another way, each once.
-- Parameter: buyer id.
SELECT letter.order_id AS orderId, MIN(letter.sale_id) AS saleId, MIN(letter.quantity) AS quantity
FROM dead_letters AS letter
WHERE letter.state = 'pending' AND letter.buyer_id = ?
  AND NOT EXISTS (SELECT 1 FROM orders AS settled WHERE settled.order_id = letter.order_id)
GROUP BY letter.order_id ORDER BY letter.order_id
