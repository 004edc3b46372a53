-- Takes all entries of a kind off a sale's list. Parameters: sale id, kind.
DELETE FROM book_sale_access WHERE sale_id = ? AND kind = ?
