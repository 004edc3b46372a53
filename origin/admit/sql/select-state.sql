-- The stock of a sale.
-- Parameters: sale id.
SELECT epoch, stock, taken, seq FROM stock_state WHERE sale_id = ?
