-- A page of the changes of one thing, the newest first. Parameters: target, id before which to go
-- on, how many.
SELECT id, at_ms AS atMs, operator, action, target, details, status, ended_at_ms AS endedAtMs
FROM book_operator_changes WHERE target = ? AND id < ? ORDER BY id DESC LIMIT ?
