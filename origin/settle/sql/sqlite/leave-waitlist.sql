-- Takes those who hold an order by now out of the line. Parameters: now (ms), sale id, list of
-- buyer ids (JSON).
UPDATE book_waitlist SET state = 'left', changed_at_ms = ?
WHERE sale_id = ? AND state = 'waiting' AND buyer_id IN (SELECT value FROM json_each(?))
