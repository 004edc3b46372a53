-- Gives units back.
-- Parameters: units, sale id.
UPDATE stock_state SET stock = stock + ? WHERE sale_id = ?
