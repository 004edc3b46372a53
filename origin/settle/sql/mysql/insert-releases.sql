-- Notes what rejected orders give back. Parameter: rows of order id, sale id, buyer id, epoch,
-- units, 1 where the units are first to be offered to the waitlist.
INSERT INTO releases (order_id, sale_id, buyer_id, epoch, units, for_line) VALUES ?
