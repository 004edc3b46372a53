-- Begins an epoch, in which nothing is sold until it is opened. Parameters: epoch, what it is sold by
-- (store or log), sale id.
UPDATE sales SET epoch = ?, sold_by = ?, loaded = 0, version = version + 1 WHERE sale_id = ?
