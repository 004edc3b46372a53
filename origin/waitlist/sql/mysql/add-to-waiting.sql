-- Counts who joined or, below zero, left. Parameters: how many, sale id.
UPDATE sales SET waiting = waiting + ? WHERE sale_id = ?
