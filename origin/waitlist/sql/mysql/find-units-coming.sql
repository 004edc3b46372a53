-- Whether units are on their way back to the sale's stock, or came there since a moment. Parameters:
-- sale id, sale id, the moment (ms).
SELECT EXISTS (
  SELECT 1 FROM releases WHERE delivered_at_ms IS NULL AND sale_id = ? AND units > 0
) OR EXISTS (
  SELECT 1 FROM releases WHERE sale_id = ? AND delivered_at_ms >= ? AND units > 0
) AS isThere
