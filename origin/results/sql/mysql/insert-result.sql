-- A transaction's results, under the number that it gave its sale's row before. Parameters: time
-- (ms), orders (JSON), sale id.
INSERT INTO results (sale_id, seq, at_ms, orders)
SELECT sale_id, result_seq, ?, ? FROM sales WHERE sale_id = ?
