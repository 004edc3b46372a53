-- How many letters wait for an operator. Parameters: none.
SELECT COUNT(*) AS pending FROM dead_letters WHERE state = 'pending'
