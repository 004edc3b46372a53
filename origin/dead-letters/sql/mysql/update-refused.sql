-- Notes that the book still refuses a pending letter. Parameters: reason, now (ms), id.
UPDATE dead_letters SET attempts = attempts + 1, reason = ?, changed_at_ms = ?
WHERE id = ? AND state = 'pending'
