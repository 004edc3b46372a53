-- The live order of a buyer, and whether it is still in the outbox (0 or 1).
-- Parameters: sale id, buyer id.
SELECT buyer.order_id, buyer.quantity,
  EXISTS (
    SELECT 1 FROM stock_outbox AS entry
    WHERE entry.sale_id = buyer.sale_id AND entry.order_id = buyer.order_id
  ) AS accepting
FROM stock_buyers AS buyer
WHERE buyer.sale_id = ? AND buyer.buyer_id = ?
