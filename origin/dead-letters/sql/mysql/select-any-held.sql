-- A row when any buyer's order lies in the letters. Parameters: none.
SELECT 1 AS held FROM dead_letters WHERE state = 'pending' AND buyer_id > '' LIMIT 1
