-- The whole list of a sale as the edge gets it. Parameter: sale id.
SELECT kind, hash FROM sale_access WHERE sale_id = ? ORDER BY kind, hash
