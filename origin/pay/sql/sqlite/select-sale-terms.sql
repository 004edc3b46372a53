-- What an order of a sale costs. Parameter: sale id.
SELECT price, currency, free_on_payment_failure AS freesOnFailure FROM book_sales
WHERE sale_id = ?
