-- Takes heads off the waitlist, each with the order that was just written for its buyer.
-- Parameters: now (ms), list of numbers (JSON).
UPDATE book_waitlist SET state = 'served', changed_at_ms = ?, order_id = (
  SELECT o.order_id FROM book_orders o
  WHERE o.sale_id = book_waitlist.sale_id AND o.buyer_id = book_waitlist.buyer_id AND o.live = 1)
WHERE number IN (SELECT value FROM json_each(?)) AND state = 'waiting'
