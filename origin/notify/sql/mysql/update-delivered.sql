-- The shop took notices; from then on their due time is when it did. Parameters: now (ms), ids.
UPDATE deliveries SET state = 'delivered', tries = tries + 1, due_at_ms = ?, last_error = NULL
WHERE delivery_id IN (?) AND state = 'pending'
