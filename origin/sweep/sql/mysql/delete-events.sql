-- Forgets events of a payment provider. Parameters: provider, list of event ids.
DELETE FROM payment_events WHERE provider = ? AND event_id IN (?)
