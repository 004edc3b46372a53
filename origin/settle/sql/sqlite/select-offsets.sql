-- How far each partition of a log is settled. Parameter: log name.
SELECT partition_id AS "partition", next_offset AS nextOffset
FROM book_log_offsets WHERE log_name = ?
