-- Locks the sale's row, which whoever changes the line or its counter holds until the commit.
-- Parameter: sale id.
SELECT waitlist_cap AS waitlistCap, waiting, closes_at_ms AS closesAtMs, epoch, loaded
FROM sales WHERE sale_id = ?
FOR UPDATE
