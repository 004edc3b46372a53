-- How many entries of each kind a sale's list has. Parameter: sale id.
SELECT kind, COUNT(*) AS entries FROM book_sale_access WHERE sale_id = ? GROUP BY kind
