-- Which of these notices were made before. Parameter: ids.
SELECT delivery_id AS deliveryId FROM deliveries
WHERE delivery_id IN (?)
