-- Takes those who hold an order by now out of the line. The caller holds the lock of the sale's
-- row. Parameters: now (ms), sale id, list of buyer ids.
UPDATE waitlist SET state = 'left', changed_at_ms = ?
WHERE sale_id = ? AND state = 'waiting' AND buyer_id IN (?)
