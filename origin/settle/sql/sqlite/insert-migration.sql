-- Notes a migration that ran. Parameters: number, name.
INSERT INTO book_migrations (number, name) VALUES (?, ?)
