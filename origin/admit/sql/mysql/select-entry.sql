-- Whether a sale is sold by the log, and what is left of it. Takes no lock. Parameter: sale id.
SELECT epoch, sold_by AS soldBy, loaded, free FROM sales WHERE sale_id = ?
