-- A sale's orders by state, counted from the rows. Parameter: sale id.
SELECT state, COUNT(*) AS orders, SUM(quantity) AS units
FROM book_orders WHERE sale_id = ? GROUP BY state
