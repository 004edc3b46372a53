-- Orders of which the stock store has not learnt. Parameter: how many at most.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, epoch, quantity
FROM book_holds WHERE delivered_at_ms IS NULL ORDER BY sale_id, order_id LIMIT ?
