-- A page of changes, the newest first. Parameters: id before which to go on, how many.
SELECT id, at_ms AS atMs, operator, action, target, details, status, ended_at_ms AS endedAtMs
FROM operator_changes WHERE id < ? ORDER BY id DESC LIMIT ?
