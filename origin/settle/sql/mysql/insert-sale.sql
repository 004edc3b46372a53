-- A new sale, all units free. An id that is taken is an error (1062). Parameter: one row of the
-- columns named.
INSERT INTO sales (sale_id, version, title, price, currency, picture_url, units, per_buyer,
  opens_at_ms, closes_at_ms, paused, rate_per_second, seed, share_steps, pay_window_ms, epoch,
  loaded, free, reserved, paid, free_on_payment_failure, waitlist_cap, score,
  settles_from)
VALUES ?
