-- An order is to be cancelled as soon as it settles. Parameters, a row: order id, sale id, buyer
-- id, closed by, now (ms).
INSERT INTO cancellations (order_id, sale_id, buyer_id, closed_by, asked_at_ms)
VALUES ?
