-- Who is on the list of a sale: buyers who may buy, buyers who may not, and codes. `hash` is what
-- the edge gets to know; of a code nothing else is kept.
CREATE TABLE IF NOT EXISTS sale_access (
  sale_id VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind ENUM('allow', 'block', 'code') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash CHAR(11) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  buyer_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  added_at_ms BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (sale_id, kind, hash),
  KEY by_buyer (sale_id, kind, buyer_id)
) ENGINE = InnoDB
