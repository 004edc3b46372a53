-- Sales that have units to offer to their waitlist.
SELECT DISTINCT sale_id AS saleId FROM releases WHERE delivered_at_ms IS NULL AND for_line = 1
