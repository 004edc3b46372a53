-- Whether a failed payment frees the unit at once; else the buyer may try again until the deadline.
ALTER TABLE book_sales ADD COLUMN free_on_payment_failure INTEGER NOT NULL DEFAULT 0
  CHECK (free_on_payment_failure IN (0, 1))
