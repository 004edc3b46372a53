-- The text that is mixed into the seed of the sale's draw, published once and before it opens; NULL:
-- the seed draws by itself.
ALTER TABLE book_sales ADD COLUMN beacon TEXT CHECK (length(beacon) BETWEEN 1 AND 200)
