-- Forgets old sessions, but for those whose money is under way. Parameters: made before this time
-- in ms, how many at most.
DELETE FROM sessions WHERE session_id IN (
  SELECT session_id FROM sessions WHERE created_at_ms < ? AND money_due_at_ms IS NULL LIMIT ?)
