-- A new sale, all units free; an id that is taken changes nothing. Parameters: the columns named.
INSERT INTO book_sales (sale_id, version, title, price, currency, picture_url, units, per_buyer,
  opens_at_ms, closes_at_ms, paused, rate_per_second, seed, share_steps, pay_window_ms, epoch,
  loaded, free, reserved, paid, free_on_payment_failure, waitlist_cap, score,
  settles_from)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (sale_id) DO NOTHING
