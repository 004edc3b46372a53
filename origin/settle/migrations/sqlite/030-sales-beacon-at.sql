-- When the beacon was published, by the book's clock: part of the published proof.
ALTER TABLE book_sales ADD COLUMN beacon_at_ms INTEGER
