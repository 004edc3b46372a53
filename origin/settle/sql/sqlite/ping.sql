-- Reads something of the file.
SELECT COUNT(*) AS tables FROM sqlite_schema
