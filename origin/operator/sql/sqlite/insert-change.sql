-- A change is about to be made. Parameters: now (ms), operator, action, target, details.
INSERT INTO book_operator_changes (at_ms, operator, action, target, details) VALUES (?, ?, ?, ?, ?)
