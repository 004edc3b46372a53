-- Counts those who left the line. Parameters: how many, sale id.
UPDATE sales SET waiting = waiting - ? WHERE sale_id = ?
