-- Which migrations ran. The only table that is made before them.
CREATE TABLE IF NOT EXISTS migrations (
  number INT UNSIGNED NOT NULL,
  name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (number)
) ENGINE = InnoDB
