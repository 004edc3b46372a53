-- Tells the stock store what to give back. Parameters: order id, sale id, buyer id, epoch, units.
INSERT INTO book_releases (order_id, sale_id, buyer_id, epoch, units) VALUES (?, ?, ?, ?, ?)
