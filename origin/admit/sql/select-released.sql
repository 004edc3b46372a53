-- One row when the order id was released in this epoch.
-- Parameters: sale id, order id.
SELECT 1 AS released FROM stock_released WHERE sale_id = ? AND order_id = ?
