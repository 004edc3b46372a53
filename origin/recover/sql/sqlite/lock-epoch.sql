-- The sale's generation, locked until the transaction ends. Parameter: sale id.
SELECT epoch, loaded FROM book_sales WHERE sale_id = ?
