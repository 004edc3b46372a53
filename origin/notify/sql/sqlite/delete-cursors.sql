-- Forgets how far a reader is, so that no results are kept for it. Parameter: reader.
DELETE FROM book_result_cursors WHERE reader = ?
