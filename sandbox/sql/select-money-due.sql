-- Sessions whose money comes now. Parameters: the time in ms, how many at most.
SELECT session_id FROM sessions WHERE money_due_at_ms <= ? ORDER BY money_due_at_ms LIMIT ?
