-- Writes the share steps of a sale anew. Parameters: steps (JSON), sale id.
UPDATE sales SET version = version + 1, share_steps = ? WHERE sale_id = ?
