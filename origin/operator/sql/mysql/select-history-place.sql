-- The place in the line that an order came of. Parameters: sale id, buyer id, order id.
SELECT number, joined_at_ms AS joinedAtMs, changed_at_ms AS changedAtMs
FROM waitlist WHERE sale_id = ? AND buyer_id = ? AND order_id = ?
