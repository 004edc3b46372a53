-- Appends one record.
-- Parameters: 1 value (bytes), 2 time of appending (ms since the epoch).
INSERT INTO log_records (value, appended_at_ms) VALUES (?, ?)
