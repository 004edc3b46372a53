-- A notice is given up. Parameters: what went wrong, id.
UPDATE deliveries SET state = 'dead', tries = tries + 1, last_error = ?
WHERE delivery_id = ? AND state = 'pending'
