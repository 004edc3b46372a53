-- 1 while the units are first to be offered to the waitlist; only then may the stock store get them.
ALTER TABLE releases ADD COLUMN for_line TINYINT NOT NULL DEFAULT 0
