-- Finds the buyer's live order.
--
-- KEYS[1] buyers (hash)  KEYS[2] outbox (hash)
-- ARGV[1] buyer id
--
-- Returns nil when there is none; '+<orderId><units>' while the order is in the outbox;
-- '-<orderId><units>' once it is confirmed.
local buyersKey, outboxKey = KEYS[1], KEYS[2]
local buyerId = ARGV[1]

local holding = redis.call('HGET', buyersKey, buyerId)
if not holding then return false end
local waits = redis.call('HEXISTS', outboxKey, holding:sub(1, 22)) == 1
return (waits and '+' or '-') .. holding
