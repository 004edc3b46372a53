-- Forgets all releases of a sale: a new epoch begins.
-- Parameters: sale id.
DELETE FROM stock_released WHERE sale_id = ?
