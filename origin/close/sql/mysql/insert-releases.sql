-- Tells the stock store what to give back. Parameter: rows of order id, sale id, buyer id, epoch,
-- units.
INSERT INTO releases (order_id, sale_id, buyer_id, epoch, units) VALUES ?
