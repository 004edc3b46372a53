-- Notes what a rejected order gives back. Parameters: order id, sale id, buyer id, epoch, units, 1
-- when the units are first to be offered to the waitlist.
INSERT INTO book_releases (order_id, sale_id, buyer_id, epoch, units, for_line)
VALUES (?, ?, ?, ?, ?, ?)
