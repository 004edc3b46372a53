-- Adds to a second of the curve. Parameters: sale id, second since the opening, units.
INSERT INTO board_curve (sale_id, second, units) VALUES (?, ?, ?)
ON CONFLICT (sale_id, second) DO UPDATE SET units = units + excluded.units
