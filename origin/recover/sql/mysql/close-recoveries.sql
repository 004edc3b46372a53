-- An epoch that never reopened is over when the next one begins. Parameters: now (ms), sale id.
UPDATE recoveries SET reopened_at_ms = ? WHERE sale_id = ? AND reopened_at_ms IS NULL
