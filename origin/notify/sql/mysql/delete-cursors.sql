-- Forgets how far a reader is, so that no results are kept for it. Parameter: reader.
DELETE FROM result_cursors WHERE reader = ?
