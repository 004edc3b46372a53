-- What hands out units in the sale's epoch: the stock store, or, while that is away, nobody before
-- the book itself: admitted clicks go straight to the log.
ALTER TABLE book_sales ADD COLUMN sold_by TEXT NOT NULL DEFAULT 'store'
  CHECK (sold_by IN ('store', 'log'))
