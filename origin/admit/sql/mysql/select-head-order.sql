-- Whether a buyer ever got an order of the sale as head of the waitlist. Parameters: sale id, buyer
-- id.
SELECT order_id AS orderId FROM orders WHERE sale_id = ? AND buyer_id = ? AND seq = 0 LIMIT 1
