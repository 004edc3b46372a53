-- Which of these orders have a buyer who also got one as head of the waitlist, in whatever state:
-- the book made it, so it has no place in the stock store's count. Takes no lock. Parameter: list
-- of order ids.
SELECT DISTINCT o.order_id AS orderId FROM orders o
JOIN orders head ON head.sale_id = o.sale_id AND head.buyer_id = o.buyer_id AND head.seq = 0
WHERE o.order_id IN (?)
