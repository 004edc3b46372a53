-- Orders by their ids, locked until the transaction ends, in the order of the primary key: with
-- another plan the rows that are passed over would be locked too. Parameter: list of order ids.
SELECT order_id AS orderId, sale_id AS saleId, buyer_id AS buyerId, quantity, state, epoch,
  reserved_at_ms AS reservedAtMs, pay_before_ms AS payBeforeMs, closed_by AS closedBy
FROM orders FORCE INDEX (PRIMARY) WHERE order_id IN (?)
ORDER BY order_id FOR UPDATE
