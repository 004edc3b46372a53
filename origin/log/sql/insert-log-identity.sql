-- Makes the identity at the first start; later it stays.
-- Parameters: none.
INSERT INTO log_identity (only_row, id)
VALUES (1, lower(hex(randomblob(8))))
ON CONFLICT (only_row) DO NOTHING
