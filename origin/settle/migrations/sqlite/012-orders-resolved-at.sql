-- When the order was paid, or closed, by the book's clock; the last of both.
ALTER TABLE book_orders ADD COLUMN resolved_at_ms INTEGER DEFAULT NULL
