-- Changes the terms of a sale and raises its version; a NULL leaves its column as it is. Parameters:
-- title, price, currency, 1 when the next is the picture's URL or NULL for none, that URL, opens at
-- (ms), closes at (ms), units a buyer may have, rate per second, pay window (ms), whether a failed
-- payment frees the unit, waitlist cap, score, sale id.
UPDATE sales SET version = version + 1, title = COALESCE(?, title), price = COALESCE(?, price),
  currency = COALESCE(?, currency), picture_url = CASE WHEN ? = 1 THEN ? ELSE picture_url END,
  opens_at_ms = COALESCE(?, opens_at_ms), closes_at_ms = COALESCE(?, closes_at_ms),
  per_buyer = COALESCE(?, per_buyer), rate_per_second = COALESCE(?, rate_per_second),
  pay_window_ms = COALESCE(?, pay_window_ms),
  free_on_payment_failure = COALESCE(?, free_on_payment_failure),
  waitlist_cap = COALESCE(?, waitlist_cap), score = COALESCE(?, score)
WHERE sale_id = ?
