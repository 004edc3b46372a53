-- Frees a buyer, unless another order is live by now.
-- Parameters: sale id, buyer id, order id.
DELETE FROM stock_buyers WHERE sale_id = ? AND buyer_id = ? AND order_id = ?
