-- The guard (I1): takes units only while so many are free, and only while what was read of the sale
-- still holds; matches no row otherwise. Also gives the number of the result that this transaction
-- writes. Parameters: units, units, sale id, units, the oldest epoch that settles.
UPDATE sales SET free = free - ?, reserved = reserved + ?, result_seq = result_seq + 1
WHERE sale_id = ? AND free >= ? AND settles_from = ?
