-- One row: what tells this log from one in another file, for whose offsets the book may still have.
-- Parameters: none.
CREATE TABLE IF NOT EXISTS log_identity (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  id TEXT NOT NULL
)
