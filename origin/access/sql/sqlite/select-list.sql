-- Who may buy in a sale, as JSON, with the whole list as the edge gets it: one statement, so that
-- both are of one moment. One row with NULLs when the list is empty. Parameter: sale id.
SELECT sale.access, entry.kind, entry.hash
FROM book_sales AS sale LEFT JOIN book_sale_access AS entry ON entry.sale_id = sale.sale_id
WHERE sale.sale_id = ? ORDER BY entry.kind, entry.hash
