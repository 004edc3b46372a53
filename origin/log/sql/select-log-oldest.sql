-- When the first record from an offset on was appended; no row when there is none.
-- Parameters: 1 offset.
SELECT appended_at_ms FROM log_records WHERE offset >= ? ORDER BY offset LIMIT 1
