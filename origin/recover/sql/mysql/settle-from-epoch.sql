-- From here on only the present epoch settles. Parameter: sale id.
UPDATE sales SET settles_from = epoch WHERE sale_id = ?
