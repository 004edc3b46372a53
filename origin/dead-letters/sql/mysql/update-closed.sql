-- Closes a letter that is in one of the states given; matches no row when it is in none.
-- Parameters: new state, now (ms), id, states.
UPDATE dead_letters SET state = ?, changed_at_ms = ?
WHERE id = ? AND state IN (?)
