-- The book's terms of the ledger, from one view of the data; counts are of the sale's own epoch.
-- Parameter: sale id.
SELECT s.units, s.free, s.reserved, s.paid, s.epoch,
  (SELECT CAST(COALESCE(SUM(c.settled_orders), 0) AS UNSIGNED) FROM settled_counts c
    WHERE c.sale_id = s.sale_id AND c.epoch = s.epoch) AS settledOrders,
  (SELECT CAST(COALESCE(SUM(c.settled_units), 0) AS UNSIGNED) FROM settled_counts c
    WHERE c.sale_id = s.sale_id AND c.epoch = s.epoch) AS settledUnits,
  (SELECT CAST(COALESCE(SUM(r.units), 0) AS UNSIGNED) FROM releases r
    WHERE r.delivered_at_ms IS NULL AND r.sale_id = s.sale_id) AS pendingReleaseUnits,
  (SELECT COUNT(*) FROM releases r
    WHERE r.delivered_at_ms IS NULL AND r.sale_id = s.sale_id) AS pendingReleases
FROM sales s WHERE s.sale_id = ?
