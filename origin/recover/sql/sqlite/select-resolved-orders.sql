-- Orders that hold no unit any more. Parameter: sale id.
SELECT order_id AS orderId FROM book_orders WHERE sale_id = ? AND live IS NULL
