-- Outbox entries of a sale.
-- Parameters: sale id.
SELECT count(*) AS entries FROM stock_outbox WHERE sale_id = ?
