-- Which of these buyers have a live order in the sale. Parameters: sale id, list of buyer ids
-- (JSON).
SELECT buyer_id AS buyerId FROM book_orders
WHERE sale_id = ? AND buyer_id IN (SELECT value FROM json_each(?)) AND live = 1
