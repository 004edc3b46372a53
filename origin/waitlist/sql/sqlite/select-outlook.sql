-- How the line moves: units that can still come back, and heads that were served lately. Heads are
-- served in their order, so the newest numbers are the latest. Parameters: sale id, how many are
-- counted at most, since when (ms), sale id.
SELECT s.reserved AS unpaidUnits, (
  SELECT COUNT(*) FROM (
    SELECT changed_at_ms FROM book_waitlist WHERE sale_id = ? AND state = 'served'
    ORDER BY number DESC LIMIT ?
  ) AS newest WHERE newest.changed_at_ms >= ?
) AS servedHeads
FROM book_sales s WHERE s.sale_id = ?
