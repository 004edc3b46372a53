-- Makes a new connection's session what the other statements count on: bad data is an error, text
-- is escaped with backslashes, times are UTC, no lock is waited for without end, and a program that
-- fell asleep in a transaction loses it with its locks. Parameters: lock wait limit in seconds, for
-- rows and for tables; how long the session may be silent, in seconds.
SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  time_zone = '+00:00', innodb_lock_wait_timeout = ?, lock_wait_timeout = ?, wait_timeout = ?
