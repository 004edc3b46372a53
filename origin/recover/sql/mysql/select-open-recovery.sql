-- The recovery that is under way. Parameters: sale id, epoch.
SELECT began_at_ms AS beganAtMs FROM recoveries
WHERE sale_id = ? AND epoch = ? AND reopened_at_ms IS NULL
