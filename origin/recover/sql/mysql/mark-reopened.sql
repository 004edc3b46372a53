-- The stock of this epoch is loaded. Parameters: sale id, epoch.
UPDATE sales SET loaded = 1, version = version + 1 WHERE sale_id = ? AND epoch = ?
