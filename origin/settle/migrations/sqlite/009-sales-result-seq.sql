-- The number of the sale's newest result; raised in the transaction that writes it, without gaps.
ALTER TABLE book_sales ADD COLUMN result_seq INTEGER NOT NULL DEFAULT 0 CHECK (result_seq >= 0)
