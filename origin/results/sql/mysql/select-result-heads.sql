-- The newest result's number of each sale that has one.
SELECT sale_id AS saleId, result_seq AS seq FROM sales WHERE result_seq > 0
