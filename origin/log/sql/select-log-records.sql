-- The next records in order.
-- Parameters: 1 first offset wanted, 2 how many at most.
SELECT offset, value, appended_at_ms FROM log_records WHERE offset >= ? ORDER BY offset LIMIT ?
