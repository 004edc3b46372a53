-- What settling needs of a sale. Parameter: sale id.
SELECT pay_window_ms AS payWindowMs FROM book_sales WHERE sale_id = ?
