-- The units still free and the oldest epoch that settles; nothing else writes while the transaction
-- runs. Parameter: sale id.
SELECT free, settles_from AS settlesFrom FROM book_sales WHERE sale_id = ?
