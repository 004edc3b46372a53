-- What came of a change; its first end stands. Parameters: status, now (ms), id.
UPDATE book_operator_changes SET status = ?, ended_at_ms = ? WHERE id = ? AND status IS NULL
