-- Keeps what the provider answered when a session was opened; one that is kept already stays.
-- Parameters: session id, url, payment id.
UPDATE payments SET session_id = COALESCE(session_id, ?), url = COALESCE(url, ?)
WHERE payment_id = ?
