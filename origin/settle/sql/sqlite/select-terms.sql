-- The book's terms of the ledger; counts are of the sale's own epoch. Parameter: sale id.
SELECT s.units, s.free, s.reserved, s.paid, s.epoch,
  (SELECT COALESCE(SUM(c.settled_orders), 0) FROM book_settled_counts c
    WHERE c.sale_id = s.sale_id AND c.epoch = s.epoch) AS settledOrders,
  (SELECT COALESCE(SUM(c.settled_units), 0) FROM book_settled_counts c
    WHERE c.sale_id = s.sale_id AND c.epoch = s.epoch) AS settledUnits,
  (SELECT COALESCE(SUM(r.units), 0) FROM book_releases r
    WHERE r.delivered_at_ms IS NULL AND r.sale_id = s.sale_id) AS pendingReleaseUnits,
  (SELECT COUNT(*) FROM book_releases r
    WHERE r.delivered_at_ms IS NULL AND r.sale_id = s.sale_id) AS pendingReleases
FROM book_sales s WHERE s.sale_id = ?
