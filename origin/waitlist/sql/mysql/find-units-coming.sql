-- Whether units are on their way back to the sale's stock. Parameter: sale id.
SELECT EXISTS (
  SELECT 1 FROM releases WHERE delivered_at_ms IS NULL AND sale_id = ? AND units > 0
) AS isThere
