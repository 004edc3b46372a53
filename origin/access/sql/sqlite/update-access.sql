-- Changes who may buy and raises the sale's version. Parameters: access (JSON), sale id.
UPDATE book_sales SET version = version + 1, access = ? WHERE sale_id = ?
