-- A transaction's results, under the number that it gave its sale's row before. Parameters: time
-- (ms), orders (JSON), sale id.
INSERT INTO book_results (sale_id, seq, at_ms, orders)
SELECT sale_id, result_seq, ?, ? FROM book_sales WHERE sale_id = ?
