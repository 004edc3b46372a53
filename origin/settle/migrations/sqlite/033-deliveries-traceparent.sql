-- Where the trace of a notice's order goes on, as the W3C header of that name; NULL unless sampled.
ALTER TABLE book_deliveries ADD COLUMN traceparent TEXT
