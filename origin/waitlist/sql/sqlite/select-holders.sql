-- Those of the buyers who have a live order in the sale. Takes no lock. Parameters: sale id, list
-- of buyer ids (JSON).
SELECT buyer_id AS buyerId FROM book_orders
WHERE sale_id = ? AND buyer_id IN (SELECT value FROM json_each(?)) AND live = 1
