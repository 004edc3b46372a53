-- The order is resolved, or on its way to be. Parameter: order id.
DELETE FROM cancellations WHERE order_id = ?
