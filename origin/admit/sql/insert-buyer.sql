-- Records the live order of a buyer.
-- Parameters: sale id, buyer id, order id, quantity (units).
INSERT INTO stock_buyers (sale_id, buyer_id, order_id, quantity) VALUES (?, ?, ?, ?)
