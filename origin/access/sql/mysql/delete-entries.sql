-- Takes entries off a sale's list. Parameters: sale id, kind, list of hashes.
DELETE FROM sale_access WHERE sale_id = ? AND kind = ? AND hash IN (?)
