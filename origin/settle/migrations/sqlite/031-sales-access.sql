-- Who may buy, as JSON: mode, version (grows with each change of the list) and the salt of the
-- list's hashes.
ALTER TABLE book_sales ADD COLUMN access TEXT
  NOT NULL DEFAULT '{"mode":"everybody","version":0,"salt":""}'
