-- Only one program migrates a database at a time; the lock ends with its connection at the latest.
-- Parameter: how long to wait, in seconds.
SELECT GET_LOCK(CONCAT('sluice.migrate.', MD5(DATABASE())), ?) AS granted
