-- Opens the settle transaction.
START TRANSACTION
