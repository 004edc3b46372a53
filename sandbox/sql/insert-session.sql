-- Opens a session. All columns are named parameters of the same name.
INSERT INTO sessions (session_id, payment_id, order_id, sale_id, title, quantity, amount, currency,
  pay_before_ms, return_url, created_at_ms)
VALUES (:session_id, :payment_id, :order_id, :sale_id, :title, :quantity, :amount, :currency,
  :pay_before_ms, :return_url, :created_at_ms)
