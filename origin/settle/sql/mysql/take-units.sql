-- The guard (I1): takes units only while so many are free; matches no row otherwise. Parameters:
-- units, units, sale id, units.
UPDATE sales SET free = free - ?, reserved = reserved + ? WHERE sale_id = ? AND free >= ?
