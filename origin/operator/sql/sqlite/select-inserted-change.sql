-- The id of the row that this connection inserted last. No parameters.
SELECT last_insert_rowid() AS id
