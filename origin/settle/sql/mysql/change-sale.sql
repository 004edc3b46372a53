-- Changes a sale and raises its version; a NULL parameter leaves its column as it is. Parameters:
-- opens at (ms), closes at (ms), paused, sale id.
UPDATE sales SET version = version + 1, opens_at_ms = COALESCE(?, opens_at_ms),
  closes_at_ms = COALESCE(?, closes_at_ms), paused = COALESCE(?, paused)
WHERE sale_id = ?
