-- What operators changed, or tried to. A row is written before the change; without a status the
-- change is under way, or its process died in it. Rows are kept for good.
CREATE TABLE IF NOT EXISTS operator_changes (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  at_ms BIGINT UNSIGNED NOT NULL,
  operator VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  target VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  details TEXT CHARACTER SET utf8mb4 NOT NULL,
  status SMALLINT UNSIGNED NULL DEFAULT NULL,
  ended_at_ms BIGINT UNSIGNED NULL DEFAULT NULL,
  PRIMARY KEY (id),
  KEY of_target (target, id)
) ENGINE = InnoDB
