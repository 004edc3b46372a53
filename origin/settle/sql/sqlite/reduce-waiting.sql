-- Counts those who left the line. Parameters: how many, sale id.
UPDATE book_sales SET waiting = waiting - ? WHERE sale_id = ?
