-- Whether a failed payment frees the unit at once; else the buyer may try again until the deadline.
ALTER TABLE sales ADD COLUMN free_on_payment_failure BOOLEAN NOT NULL DEFAULT 0
