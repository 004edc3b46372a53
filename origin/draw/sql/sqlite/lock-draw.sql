-- What changing a sale's draw has to know of it. Parameter: sale id.
SELECT opens_at_ms AS opensAtMs, closes_at_ms AS closesAtMs, share_steps AS shareSteps, beacon
FROM book_sales WHERE sale_id = ?
