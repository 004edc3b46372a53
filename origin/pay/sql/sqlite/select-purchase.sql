-- What an order buys, as the provider's page says it. Parameter: order id.
SELECT s.title, o.quantity FROM book_orders o JOIN book_sales s ON s.sale_id = o.sale_id
WHERE o.order_id = ?
