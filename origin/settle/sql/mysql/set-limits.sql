-- What every session on PlanetScale has, beside its isolation: the same strict mode as over a
-- socket, and how long it waits for a row's lock. Parameter: seconds.
SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  innodb_lock_wait_timeout = ?
