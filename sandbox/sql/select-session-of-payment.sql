-- The session that was opened for a payment, if there is one. Parameter: payment_id.
SELECT * FROM sessions WHERE payment_id = ?
