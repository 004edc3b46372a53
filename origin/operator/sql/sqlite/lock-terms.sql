-- What an edit has to know of a sale. Parameter: sale id.
SELECT version, opens_at_ms AS opensAtMs, closes_at_ms AS closesAtMs
FROM book_sales WHERE sale_id = ?
