-- Changes what is kept of a sale's list while the list itself stays. Parameters: access (JSON),
-- sale id.
UPDATE book_sales SET access = ? WHERE sale_id = ?
