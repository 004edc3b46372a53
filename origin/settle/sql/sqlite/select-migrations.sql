-- The numbers of the migrations that ran.
SELECT number FROM book_migrations
