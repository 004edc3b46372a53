-- The order that a payment is for. Parameters: payment id, provider.
SELECT order_id AS orderId FROM book_payments WHERE payment_id = ? AND provider = ?
