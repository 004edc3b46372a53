-- What the settings of a session are, by the names of MySQL (transaction_isolation) and MariaDB.
SHOW SESSION VARIABLES
WHERE Variable_name IN ('sql_mode', 'transaction_isolation', 'tx_isolation')
