-- Units that were added under an id. Parameters: sale id, top-up id.
SELECT units FROM top_ups WHERE sale_id = ? AND top_up_id = ?
