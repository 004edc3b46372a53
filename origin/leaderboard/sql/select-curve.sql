-- The curve, by second. Parameter: sale id.
SELECT second, units FROM board_curve WHERE sale_id = ? AND units <> 0 ORDER BY second
