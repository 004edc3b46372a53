-- Who may buy, as JSON: mode, version (grows with each change of the list) and the salt of the
-- list's hashes.
ALTER TABLE sales ADD COLUMN access VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin
  NOT NULL DEFAULT '{"mode":"everybody","version":0,"salt":""}'
