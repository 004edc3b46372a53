-- Which of these are on a sale's list already. Parameters: sale id, kind, list of hashes.
SELECT hash FROM sale_access WHERE sale_id = ? AND kind = ? AND hash IN (?)
