-- The columns that the database has: what of the migrations is there already, whoever ran them.
SELECT table_name AS tableName, column_name AS name
FROM information_schema.columns WHERE table_schema = DATABASE()
