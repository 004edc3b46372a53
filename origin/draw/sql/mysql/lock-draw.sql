-- What changing a sale's draw has to know of it, locked until the transaction ends. Parameter: sale id.
SELECT opens_at_ms AS opensAtMs, closes_at_ms AS closesAtMs, share_steps AS shareSteps, beacon
FROM sales WHERE sale_id = ? FOR UPDATE
