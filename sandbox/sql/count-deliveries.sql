-- How many events wait to be taken by the shop.
SELECT COUNT(*) AS waiting FROM deliveries
