-- Tells the stock store which buyers have an order now. Parameter: rows of order id, sale id, buyer
-- id, quantity, epoch.
INSERT INTO holds (order_id, sale_id, buyer_id, quantity, epoch) VALUES ?
