-- What an edit has to know of a sale, locked until the transaction ends. Parameter: sale id.
SELECT version, opens_at_ms AS opensAtMs, closes_at_ms AS closesAtMs
FROM sales WHERE sale_id = ? FOR UPDATE
