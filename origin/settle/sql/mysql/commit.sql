-- Ends a transaction; an answer that is lost leaves open whether it did.
COMMIT
