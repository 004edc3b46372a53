-- When the beacon was published, by the book's clock: part of the published proof.
ALTER TABLE sales ADD COLUMN beacon_at_ms BIGINT UNSIGNED NULL
