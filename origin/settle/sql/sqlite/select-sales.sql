-- All sales, in the order in which they open.
SELECT sale_id AS saleId, version, title, price, currency, picture_url AS pictureUrl, units,
  per_buyer AS perBuyer, opens_at_ms AS opensAtMs, closes_at_ms AS closesAtMs, paused,
  rate_per_second AS ratePerSecond, seed, share_steps AS shareSteps, pay_window_ms AS payWindowMs,
  epoch, loaded, free_on_payment_failure AS freeOnPaymentFailure,
  waitlist_cap AS waitlistCap, waiting, score, sold_by AS soldBy, access,
  beacon, beacon_at_ms AS beaconAtMs,
  EXISTS (SELECT 1 FROM book_recoveries r
    WHERE r.sale_id = book_sales.sale_id AND r.reopened_at_ms IS NULL) AS recovering
FROM book_sales ORDER BY opens_at_ms, sale_id
