-- The numbers of the migrations that ran.
SELECT number FROM migrations
