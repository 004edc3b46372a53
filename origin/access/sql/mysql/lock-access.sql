-- Who may buy in a sale, as JSON, locked until the transaction ends. Parameter: sale id.
SELECT access FROM sales WHERE sale_id = ? FOR UPDATE
