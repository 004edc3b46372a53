-- A new attempt to pay, before the provider is asked. Parameters, a row: payment id, order id, sale
-- id, buyer id, attempt, provider, amount (minor units), currency, pay before (ms), now (ms), now
-- (ms), due at (ms).
INSERT INTO payments (payment_id, order_id, sale_id, buyer_id, attempt, provider, amount,
  currency, pay_before_ms, opened_at_ms, changed_at_ms, due_at_ms)
VALUES ?
