-- The earliest offset that is still there, and the one that the next record gets; both are the same
-- when the log is empty. Reads two ends of an index, whatever the length of the log.
-- Parameters: none.
SELECT
  coalesce((SELECT min(offset) FROM log_records), next.offset) AS low,
  next.offset AS high
FROM (
  SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log_records'), 0) + 1 AS offset
) AS next
