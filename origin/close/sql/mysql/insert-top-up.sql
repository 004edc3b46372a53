-- Notes that units were added. Parameter: one row of sale id, top-up id, units, now (ms).
INSERT INTO top_ups (sale_id, top_up_id, units, added_at_ms) VALUES ?
