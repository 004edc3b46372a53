-- The text that is mixed into the seed of the sale's draw, published once and before it opens; NULL:
-- the seed draws by itself.
ALTER TABLE sales ADD COLUMN beacon VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
