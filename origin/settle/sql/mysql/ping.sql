-- Asks the server for a sign of life.
SELECT 1
