-- The numbers of all who wait, in their order. Parameter: sale id.
SELECT number FROM book_waitlist WHERE sale_id = ? AND state = 'waiting' ORDER BY number
