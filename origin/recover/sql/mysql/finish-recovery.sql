-- How a recovery ended. Parameters: now (ms), units in the stock, live orders, sale id, epoch.
UPDATE recoveries SET reopened_at_ms = ?, units = ?, holdings = ?
WHERE sale_id = ? AND epoch = ? AND reopened_at_ms IS NULL
