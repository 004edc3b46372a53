-- Counts who joined or, below zero, left. Parameters: how many, sale id.
UPDATE book_sales SET waiting = waiting + ? WHERE sale_id = ?
