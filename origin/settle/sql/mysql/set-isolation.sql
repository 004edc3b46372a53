-- READ COMMITTED: a settle sees what others committed while it waited, and takes no gap locks.
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED
