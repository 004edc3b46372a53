-- The number of the sale's newest result; raised in the transaction that writes it, without gaps.
ALTER TABLE sales ADD COLUMN result_seq BIGINT UNSIGNED NOT NULL DEFAULT 0
