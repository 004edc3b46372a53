-- How many may wait for a unit at most; 0 means that the sale has no waitlist.
ALTER TABLE sales ADD COLUMN waitlist_cap INT UNSIGNED NOT NULL DEFAULT 0
