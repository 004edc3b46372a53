-- Some of the events of a payment provider that were taken long ago. Parameters: time (ms), how
-- many.
SELECT provider, event_id AS eventId FROM payment_events WHERE taken_at_ms < ? LIMIT ?
