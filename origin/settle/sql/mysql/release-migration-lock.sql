-- Lets the next program migrate.
SELECT RELEASE_LOCK(CONCAT('sluice.migrate.', MD5(DATABASE()))) AS released
