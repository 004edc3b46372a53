-- Who wants, or wanted, the order closed. Set while it is still reserved when the payment provider
-- has to be asked first; nobody can begin to pay from then on.
ALTER TABLE orders ADD COLUMN closed_by
  ENUM('deadline', 'buyer', 'operator', 'risk', 'payment')
  CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL
