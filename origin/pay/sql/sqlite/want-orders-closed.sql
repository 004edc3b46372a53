-- Reserved orders are to be closed once their payments are cancelled; nobody begins to pay them any
-- more. Who wanted it first stays. Parameters: closed by, now (ms), list of order ids.
UPDATE book_orders SET closed_by = ?, pay_before_ms = MIN(pay_before_ms, ?)
WHERE order_id IN (SELECT value FROM json_each(?)) AND state = 'reserved' AND closed_by IS NULL
