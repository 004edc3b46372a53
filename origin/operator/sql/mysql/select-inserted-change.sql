-- The id of the row that this connection inserted last. No parameters.
SELECT LAST_INSERT_ID() AS id
