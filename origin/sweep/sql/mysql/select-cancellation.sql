-- The wish to cancel an order that may not have settled yet. Parameter: order id.
SELECT order_id AS orderId, closed_by AS closedBy FROM cancellations WHERE order_id = ?
