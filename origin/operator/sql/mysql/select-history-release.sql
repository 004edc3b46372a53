-- What an order gave back, and when the stock store had it. Parameter: order id.
SELECT units, epoch, delivered_at_ms AS deliveredAtMs FROM releases WHERE order_id = ?
