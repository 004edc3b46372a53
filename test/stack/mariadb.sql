-- The stack's database and its user, who may also make and drop the tests' own databases
-- (sluice_test_*). Runs at every start of mariadbd (--init-file), and once in Docker
-- (compose.yaml), hence each statement holds when it has been run before.
CREATE DATABASE IF NOT EXISTS sluice;
CREATE USER IF NOT EXISTS 'sluice'@'%' IDENTIFIED BY 'sluice';
GRANT ALL PRIVILEGES ON `sluice%`.* TO 'sluice'@'%';
