-- Forgets events of a payment provider. Parameters: provider, list of event ids.
DELETE FROM book_payment_events
WHERE provider = ? AND event_id IN (SELECT value FROM json_each(?))
