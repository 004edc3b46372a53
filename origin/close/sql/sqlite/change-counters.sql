-- Adds to the counters of a sale; one that would fall below zero is an error. Parameters: what is
-- added to version, units, free, reserved, paid, waiting, result number; sale id.
UPDATE book_sales SET version = version + ?, units = units + ?, free = free + ?,
  reserved = reserved + ?, paid = paid + ?, waiting = waiting + ?, result_seq = result_seq + ?
WHERE sale_id = ?
