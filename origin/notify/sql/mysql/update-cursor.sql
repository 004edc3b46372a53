-- Moves a reader that is where it is thought to be. Parameters: number, reader, sale id, number
-- before.
UPDATE result_cursors SET seq = ? WHERE reader = ? AND sale_id = ? AND seq = ?
