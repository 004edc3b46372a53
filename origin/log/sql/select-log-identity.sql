-- The identity of this log.
-- Parameters: none.
SELECT id FROM log_identity WHERE only_row = 1
