-- Publishes the beacon of a sale that has none. Parameters: beacon, now (ms), sale id.
UPDATE book_sales SET version = version + 1, beacon = ?, beacon_at_ms = ? WHERE sale_id = ?
