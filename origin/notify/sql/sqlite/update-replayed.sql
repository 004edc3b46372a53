-- Dead notices wait again, as if they had just been made. Parameters: now (ms), now again, ids.
UPDATE book_deliveries SET state = 'pending', tries = 0, created_at_ms = ?, due_at_ms = ?
WHERE state = 'dead' AND delivery_id IN (SELECT value FROM json_each(?))
