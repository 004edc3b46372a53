-- Sets the stock of a sale for a new epoch.
-- Parameters: sale id, epoch, stock (units).
INSERT OR REPLACE INTO stock_state (sale_id, epoch, stock, taken, seq) VALUES (?, ?, ?, 0, 0)
