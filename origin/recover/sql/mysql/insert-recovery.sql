-- Notes that a recovery began. Parameters, a row: sale id, epoch, cause, now (ms).
INSERT INTO recoveries (sale_id, epoch, cause, began_at_ms) VALUES ?
