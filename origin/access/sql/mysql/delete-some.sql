-- Takes some entries of a kind off a sale's list. Parameters: sale id, kind, how many at most.
DELETE FROM sale_access WHERE sale_id = ? AND kind = ? ORDER BY hash LIMIT ?
