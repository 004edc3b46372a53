-- What hands out units in the sale's epoch: the stock store, or, while that is away, nobody before
-- the book itself: admitted clicks go straight to the log.
ALTER TABLE sales ADD COLUMN sold_by ENUM('store', 'log')
  CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'store'
