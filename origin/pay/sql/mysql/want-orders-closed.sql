-- Reserved orders are to be closed once their payments are cancelled; nobody begins to pay them any
-- more. Who wanted it first stays. Parameters: closed by, now (ms), list of order ids.
UPDATE orders FORCE INDEX (PRIMARY) SET closed_by = ?, pay_before_ms = LEAST(pay_before_ms, ?)
WHERE order_id IN (?) AND state = 'reserved' AND closed_by IS NULL
