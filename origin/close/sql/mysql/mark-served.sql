-- Takes heads off the waitlist, each with the order that was just written for its buyer.
-- Parameters: now (ms), list of numbers.
UPDATE waitlist FORCE INDEX (PRIMARY) SET state = 'served', changed_at_ms = ?, order_id = (
  SELECT o.order_id FROM orders o
  WHERE o.sale_id = waitlist.sale_id AND o.buyer_id = waitlist.buyer_id AND o.live = 1)
WHERE number IN (?) AND state = 'waiting'
