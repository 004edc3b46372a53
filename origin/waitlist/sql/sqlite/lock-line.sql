-- What the line's changes depend on; nothing comes between in this database. Parameter: sale id.
SELECT waitlist_cap AS waitlistCap, waiting, closes_at_ms AS closesAtMs, epoch, loaded
FROM book_sales WHERE sale_id = ?
