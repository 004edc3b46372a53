-- The sale's generation, locked until the transaction ends. Parameter: sale id.
SELECT epoch, loaded, sold_by AS soldBy FROM sales WHERE sale_id = ? FOR UPDATE
