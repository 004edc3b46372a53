-- The units still free; nothing else writes while the transaction runs. Parameter: sale id.
SELECT free FROM book_sales WHERE sale_id = ?
