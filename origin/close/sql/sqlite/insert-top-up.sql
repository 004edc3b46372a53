-- Notes that units were added. Parameters: sale id, top-up id, units, now (ms).
INSERT INTO book_top_ups (sale_id, top_up_id, units, added_at_ms) VALUES (?, ?, ?, ?)
