-- Deletes an outbox entry.
-- Parameters: sale id, order id.
DELETE FROM stock_outbox WHERE sale_id = ? AND order_id = ?
