-- Records a release; changes no row when the order id was released before.
-- Parameters: sale id, order id.
INSERT OR IGNORE INTO stock_released (sale_id, order_id) VALUES (?, ?)
