-- Notes a migration that ran. Parameters: number, name.
INSERT INTO migrations (number, name) VALUES (?, ?)
