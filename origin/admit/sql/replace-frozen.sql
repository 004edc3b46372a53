-- Freezes a sale, or takes it over from another token.
-- Parameters: sale id, token.
INSERT OR REPLACE INTO stock_frozen (sale_id, token) VALUES (?, ?)
