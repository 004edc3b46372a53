-- The first step of a partition. A row that is there already is an error (1062): somebody was
-- faster. Parameters: log name, partition, next offset.
INSERT INTO log_offsets (log_name, partition_id, next_offset) VALUES (?, ?, ?)
