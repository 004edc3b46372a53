-- The shop has taken it, or it is too old. Parameter: delivery_id.
DELETE FROM deliveries WHERE delivery_id = ?
