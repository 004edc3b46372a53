-- The recovery that is under way, if any. Parameters: sale id, epoch.
SELECT epoch FROM recoveries WHERE sale_id = ? AND epoch = ? AND reopened_at_ms IS NULL
