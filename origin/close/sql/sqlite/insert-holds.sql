-- Tells the stock store that a buyer has an order now. Parameters: order id, sale id, buyer id,
-- quantity, epoch.
INSERT INTO book_holds (order_id, sale_id, buyer_id, quantity, epoch) VALUES (?, ?, ?, ?, ?)
