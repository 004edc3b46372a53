-- Adds to a sale's list. Parameter: rows of sale id, kind, hash, buyer id (NULL for a code), now (ms).
INSERT INTO sale_access (sale_id, kind, hash, buyer_id, added_at_ms) VALUES ?
