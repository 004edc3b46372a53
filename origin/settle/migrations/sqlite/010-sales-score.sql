-- What the leaderboard ranks by.
ALTER TABLE book_sales ADD COLUMN score TEXT NOT NULL DEFAULT 'fastest'
  CHECK (score IN ('fastest', 'quantity'))
