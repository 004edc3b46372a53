-- Reserved orders whose time to pay is over, the longest due first; those whose payment is being
-- cancelled already are passed over, so that they hide nobody behind them. Parameters: now (ms),
-- how many at most.
SELECT o.order_id AS orderId, o.sale_id AS saleId
FROM book_orders o
LEFT JOIN book_payments p ON p.order_id = o.order_id AND p.live = 1
WHERE o.state = 'reserved' AND o.pay_before_ms <= ?
  AND (p.state IS NULL OR p.state <> 'cancelling')
ORDER BY o.pay_before_ms LIMIT ?
