-- The units still free and the oldest epoch that settles, locked until the transaction ends.
-- Parameter: sale id.
SELECT free, settles_from AS settlesFrom FROM sales WHERE sale_id = ? FOR UPDATE
