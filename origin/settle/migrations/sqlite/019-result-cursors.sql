-- How far each reader of the results is, for readers that keep nothing else.
CREATE TABLE IF NOT EXISTS book_result_cursors (
  reader TEXT NOT NULL,
  sale_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (reader, sale_id)
) STRICT, WITHOUT ROWID
