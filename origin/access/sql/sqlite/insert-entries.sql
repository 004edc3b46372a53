-- Adds to a sale's list. Parameters: sale id, kind, hash, buyer id (NULL for a code), now (ms).
INSERT INTO book_sale_access (sale_id, kind, hash, buyer_id, added_at_ms) VALUES (?, ?, ?, ?, ?)
