-- Forgets the cancellations that settling has carried out. Parameter: list of order ids.
DELETE FROM cancellations WHERE order_id IN (?)
