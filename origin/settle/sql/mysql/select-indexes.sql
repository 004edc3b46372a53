-- The indexes that the database has: what of the migrations is there already, whoever ran them.
SELECT DISTINCT table_name AS tableName, index_name AS name
FROM information_schema.statistics WHERE table_schema = DATABASE()
