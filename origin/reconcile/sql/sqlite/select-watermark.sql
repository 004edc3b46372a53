-- What tells that a sale is at rest in the book: orders settled in its epoch, releases that wait.
-- Parameter: sale id.
SELECT s.epoch, s.free,
  (SELECT COALESCE(SUM(c.settled_orders), 0) FROM book_settled_counts c
    WHERE c.sale_id = s.sale_id AND c.epoch = s.epoch) AS settledOrders,
  (SELECT COUNT(*) FROM book_releases r
    WHERE r.delivered_at_ms IS NULL AND r.sale_id = s.sale_id) AS pendingReleases
FROM book_sales s WHERE s.sale_id = ?
