-- 1 while the units are first to be offered to the waitlist; only then may the stock store get them.
ALTER TABLE book_releases ADD COLUMN for_line INTEGER NOT NULL DEFAULT 0
