-- Who wants, or wanted, the order closed. Set while it is still reserved when the payment provider
-- has to be asked first; nobody can begin to pay from then on.
ALTER TABLE book_orders ADD COLUMN closed_by TEXT DEFAULT NULL
  CHECK (closed_by IN ('deadline', 'buyer', 'operator', 'risk', 'payment'))
