-- How many wait for a unit; exact once this transaction has written the sale's row. Parameter: sale
-- id.
SELECT waiting FROM book_sales WHERE sale_id = ?
