-- Takes off the waitlist whoever holds an order after all. Parameters: now (ms), list of numbers.
UPDATE waitlist FORCE INDEX (PRIMARY) SET state = 'left', changed_at_ms = ? WHERE number IN (?)
