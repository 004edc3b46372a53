-- How many may wait for a unit at most; 0 means that the sale has no waitlist.
ALTER TABLE book_sales ADD COLUMN waitlist_cap INTEGER NOT NULL DEFAULT 0 CHECK (waitlist_cap >= 0)
