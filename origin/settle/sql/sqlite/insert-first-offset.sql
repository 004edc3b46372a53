-- The first step of a partition; changes nothing when somebody was faster. Parameters: log name,
-- partition, next offset.
INSERT INTO book_log_offsets (log_name, partition_id, next_offset) VALUES (?, ?, ?)
ON CONFLICT DO NOTHING
