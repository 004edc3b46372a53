-- Begins an epoch, in which nothing is sold until the stock is loaded. Parameters: epoch, sale id.
UPDATE sales SET epoch = ?, loaded = 0, version = version + 1 WHERE sale_id = ?
