-- Who froze a sale last; no row when nobody ever did.
-- Parameters: sale id.
SELECT token FROM stock_frozen WHERE sale_id = ?
