-- A sale's orders by state, counted from the rows. Parameter: sale id.
SELECT state, COUNT(*) AS orders, CAST(SUM(quantity) AS UNSIGNED) AS units
FROM orders WHERE sale_id = ? GROUP BY state
