-- Deletes settled records that are old enough, the oldest first. Looks at no more rows than it may
-- delete, since younger records all come after them.
-- Parameters: 1 first offset not settled, 2 how many at most, 3 appended before (ms since the
-- epoch).
DELETE FROM log_records
WHERE offset IN (
  SELECT oldest.offset
  FROM (
    SELECT offset, appended_at_ms FROM log_records WHERE offset < ? ORDER BY offset LIMIT ?
  ) AS oldest
  WHERE oldest.appended_at_ms < ?
)
