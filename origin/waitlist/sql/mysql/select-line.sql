-- The numbers of all who wait, in their order. Parameter: sale id.
SELECT number FROM waitlist FORCE INDEX (line)
WHERE sale_id = ? AND state = 'waiting' ORDER BY number
