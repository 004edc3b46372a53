-- Which of these buyers have a live order in the sale. Takes no lock: an order that is written just
-- now meets the unique key. Parameters: sale id, list of buyer ids.
SELECT buyer_id AS buyerId FROM orders FORCE INDEX (one_live_order)
WHERE sale_id = ? AND buyer_id IN (?) AND live = 1
