-- Forgets all buyers of a sale: a new epoch begins.
-- Parameters: sale id.
DELETE FROM stock_buyers WHERE sale_id = ?
