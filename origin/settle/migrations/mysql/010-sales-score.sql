-- What the leaderboard ranks by.
ALTER TABLE sales ADD COLUMN score ENUM('fastest', 'quantity')
  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'fastest'
