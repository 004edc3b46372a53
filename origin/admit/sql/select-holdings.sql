-- A page of the live orders that the store holds, by buyer.
-- Parameters: sale id, the last buyer of the page before, how many at most.
SELECT buyer_id, order_id, quantity FROM stock_buyers WHERE sale_id = ? AND buyer_id > ?
ORDER BY buyer_id LIMIT ?
