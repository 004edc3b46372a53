-- How many wait now, changed under the lock of the sale's row by whoever joins, leaves or serves.
ALTER TABLE book_sales ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0)
