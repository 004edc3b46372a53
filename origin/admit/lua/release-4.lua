-- Gives units back and frees the buyer, once an order id in an epoch, whatever is repeated.
--
-- KEYS[1] state (hash)  KEYS[2] buyers (hash)  KEYS[3] outbox (hash)  KEYS[4] released (set)
-- ARGV[1] epoch (count, from 1)  ARGV[2] order id  ARGV[3] buyer id
-- ARGV[4] units (count, from 0)
--
-- Returns 'applied'; 'already' when the order id was released before (nothing changes);
-- 'newer' when the store holds a later epoch (only that the order is over is noted); 'recovering'
-- when it holds none, an earlier one, or waits for the stock of this one (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local stateKey, buyersKey, outboxKey, releasedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local epoch, orderId, buyerId, units = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

if orderId == '' then return redis.error_reply('SLUICE order id is empty') end
if not (units and units >= 0 and units % 1 == 0 and units < 2 ^ 53) then
  return redis.error_reply('SLUICE units is not a count')
end
local held = redis.call('HGET', stateKey, 'epoch')
if held ~= epoch then
  local later = held and tonumber((held:gsub('~', ''))) > tonumber(epoch)
  if not later then return 'recovering' end
  -- A click that is repeated must not begin the order again.
  redis.call('SADD', releasedKey, orderId)
  return 'newer'
end
if redis.call('SISMEMBER', releasedKey, orderId) == 1 then return 'already' end

-- The buyer may have another order by now, which stays.
local holding = redis.call('HGET', buyersKey, buyerId)
redis.call('SADD', releasedKey, orderId)
if holding and holding:sub(1, 22) == orderId then redis.call('HDEL', buyersKey, buyerId) end
redis.call('HDEL', outboxKey, orderId)
if units > 0 then redis.call('HINCRBY', stateKey, 'stock', ARGV[4]) end
return 'applied'
