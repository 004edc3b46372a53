-- Takes some entries of a kind off a sale's list. Parameters: sale id, kind, how many at most.
DELETE FROM book_sale_access WHERE sale_id = ?1 AND kind = ?2 AND hash IN (
  SELECT hash FROM book_sale_access WHERE sale_id = ?1 AND kind = ?2 ORDER BY hash LIMIT ?3)
