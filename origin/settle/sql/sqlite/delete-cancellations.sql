-- Forgets the cancellations that settling has carried out. Parameter: list of order ids (JSON).
DELETE FROM book_cancellations WHERE order_id IN (SELECT value FROM json_each(?))
