-- Orders that hold units, of one page of buyers. Parameters: sale id, the last buyer of the page
-- before, how many at most.
SELECT buyer_id AS buyerId, order_id AS orderId, quantity FROM book_orders
WHERE sale_id = ? AND live = 1 AND buyer_id > ? ORDER BY buyer_id LIMIT ?
