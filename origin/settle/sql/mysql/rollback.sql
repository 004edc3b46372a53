-- Undoes a transaction; InnoDB has done so already after a deadlock, and then this changes nothing.
ROLLBACK
