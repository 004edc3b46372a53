-- What closing has to know of a sale, locked until the transaction ends. Parameter: sale id.
SELECT sale_id AS saleId, epoch, closes_at_ms AS closesAtMs, pay_window_ms AS payWindowMs, waiting,
  loaded, free, waitlist_cap AS waitlistCap, sold_by AS soldBy
FROM sales WHERE sale_id = ? FOR UPDATE
