-- Which migrations ran. The only table that is made before them.
CREATE TABLE IF NOT EXISTS book_migrations (
  number INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT
