-- Forgets a sale's results up to a number. Parameters: sale id, number.
DELETE FROM book_results WHERE sale_id = ? AND seq <= ?
