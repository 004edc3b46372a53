-- Which of these notices were made before. Parameter: ids.
SELECT delivery_id AS deliveryId FROM book_deliveries
WHERE delivery_id IN (SELECT value FROM json_each(?))
