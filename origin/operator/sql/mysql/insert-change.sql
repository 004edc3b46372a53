-- A change is about to be made. Parameter: one row of now (ms), operator, action, target, details.
INSERT INTO operator_changes (at_ms, operator, action, target, details) VALUES ?
