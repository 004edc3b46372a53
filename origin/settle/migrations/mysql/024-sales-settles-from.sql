-- The oldest epoch whose log records still settle; older ones are rejected as recovered. Below the
-- epoch: the sale's stock is being made anew from the book.
ALTER TABLE sales ADD COLUMN settles_from INT UNSIGNED NOT NULL DEFAULT 1
