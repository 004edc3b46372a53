-- Takes units out of a release, for the waitlist. Parameters: units, order id.
UPDATE book_releases SET units = units - ? WHERE order_id = ?
