-- Notes that the book still refuses a pending letter. Parameters: reason, now (ms), id.
UPDATE book_dead_letters SET attempts = attempts + 1, reason = ?, changed_at_ms = ?
WHERE id = ? AND state = 'pending'
