-- How many wait now, changed under the lock of the sale's row by whoever joins, leaves or serves.
ALTER TABLE sales ADD COLUMN waiting INT UNSIGNED NOT NULL DEFAULT 0
