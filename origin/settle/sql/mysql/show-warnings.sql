-- What the statement before in the same exchange warned of.
SHOW WARNINGS
