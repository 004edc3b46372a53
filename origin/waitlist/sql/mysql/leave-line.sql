-- Takes buyers out of the line. Parameters: now (ms), list of numbers.
UPDATE waitlist FORCE INDEX (PRIMARY) SET state = 'left', changed_at_ms = ?
WHERE number IN (?)
