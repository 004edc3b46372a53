-- A page of a sale's list, in the order of the buyers' ids. Parameters: sale id, kind, the last id
-- of the page before ('' for the first), how many at most.
SELECT buyer_id AS buyerId FROM sale_access WHERE sale_id = ? AND kind = ? AND buyer_id > ?
ORDER BY buyer_id LIMIT ?
