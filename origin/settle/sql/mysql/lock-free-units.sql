-- The units still free, locked until the transaction ends. Parameter: sale id.
SELECT free FROM sales WHERE sale_id = ? FOR UPDATE
