-- Whether an event was taken before. Parameters: provider, event id.
SELECT event_id AS eventId FROM payment_events WHERE provider = ? AND event_id = ?
