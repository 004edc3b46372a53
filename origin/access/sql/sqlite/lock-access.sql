-- Who may buy in a sale, as JSON. Parameter: sale id.
SELECT access FROM book_sales WHERE sale_id = ?
