-- Those of the buyers who have a live order in the sale. Takes no lock. Parameters: sale id, list
-- of buyer ids.
SELECT buyer_id AS buyerId FROM orders FORCE INDEX (one_live_order)
WHERE sale_id = ? AND buyer_id IN (?) AND live = 1
