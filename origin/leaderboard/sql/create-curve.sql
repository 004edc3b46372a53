-- Units sold in each second since a sale's opening, less those that came back in it.
CREATE TABLE IF NOT EXISTS board_curve (
  sale_id TEXT NOT NULL,
  second INTEGER NOT NULL,
  units INTEGER NOT NULL,
  PRIMARY KEY (sale_id, second)
) STRICT, WITHOUT ROWID
