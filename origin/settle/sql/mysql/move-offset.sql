-- A partition's step by compare-and-set; matches no row when another consumer moved it. Parameters:
-- next offset, log name, partition, the offset it must be at.
UPDATE log_offsets SET next_offset = ? WHERE log_name = ? AND partition_id = ? AND next_offset = ?
