-- Where the trace of a notice's order goes on, as the W3C header of that name; NULL unless sampled.
ALTER TABLE deliveries ADD COLUMN traceparent VARCHAR(64)
  CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL
