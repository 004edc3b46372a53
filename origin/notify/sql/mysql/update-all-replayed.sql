-- Some of the dead notices wait again, as if they had just been made. Parameters: now (ms), now
-- again, how many.
UPDATE deliveries SET state = 'pending', tries = 0, created_at_ms = ?, due_at_ms = ?
WHERE state = 'dead' ORDER BY number LIMIT ?
