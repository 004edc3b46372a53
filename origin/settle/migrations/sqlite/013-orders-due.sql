-- Finds the reserved orders whose time to pay is over, the oldest first.
CREATE INDEX IF NOT EXISTS book_orders_due ON book_orders (state, pay_before_ms)
