-- Finds the reserved orders whose time to pay is over, the oldest first.
CREATE INDEX due ON orders (state, pay_before_ms)
