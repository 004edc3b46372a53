-- Writes the stock of a sale after a batch of reservations.
-- Parameters: stock (units), taken (units), seq, sale id.
UPDATE stock_state SET stock = ?, taken = ?, seq = ? WHERE sale_id = ?
