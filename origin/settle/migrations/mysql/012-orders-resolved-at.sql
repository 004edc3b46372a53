-- When the order was paid, or closed, by the book's clock; the last of both.
ALTER TABLE orders ADD COLUMN resolved_at_ms BIGINT UNSIGNED NULL DEFAULT NULL
