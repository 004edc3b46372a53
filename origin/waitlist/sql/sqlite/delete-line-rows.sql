-- Makes room for new rows of buyers who were served or left. Parameter: list of numbers (JSON).
DELETE FROM book_waitlist WHERE number IN (SELECT value FROM json_each(?))
