-- Records an order that the book made, in place of whatever order the buyer had here.
-- Parameters: sale id, buyer id, order id, quantity (units).
INSERT OR REPLACE INTO stock_buyers (sale_id, buyer_id, order_id, quantity) VALUES (?, ?, ?, ?)
