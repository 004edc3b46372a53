-- Learns that a buyer has an order that the book made for the head of the waitlist. Takes no units.
--
-- KEYS[1] state (hash)  KEYS[2] buyers (hash)  KEYS[3] released (set)
-- ARGV[1] epoch (count, from 1)  ARGV[2] order id (22 characters)  ARGV[3] buyer id
-- ARGV[4] quantity (units, from 1)
--
-- Returns 'applied', also when the buyer had another order here: the book decides, and that one
-- settles as a duplicate; 'already' when the buyer has this very order, or it was released before
-- (nothing changes); 'newer' when the store holds a later epoch (nothing changes); 'recovering' when
-- it holds none, an earlier one, or waits for the stock of this one (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local stateKey, buyersKey, releasedKey = KEYS[1], KEYS[2], KEYS[3]
local epoch, orderId, buyerId, quantity = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local held = redis.call('HGET', stateKey, 'epoch')
if held ~= epoch then
  local later = held and tonumber((held:gsub('~', ''))) > tonumber(epoch)
  return later and 'newer' or 'recovering'
end
if #orderId ~= 22 then return redis.error_reply('SLUICE order id is not of 22 characters') end
if buyerId == '' then return redis.error_reply('SLUICE buyer id is empty') end
if not (quantity and quantity >= 1 and quantity % 1 == 0 and quantity < 1e9) then
  return redis.error_reply('SLUICE quantity is not a count')
end
if redis.call('SISMEMBER', releasedKey, orderId) == 1 then return 'already' end

local holding = orderId .. string.format('%d', quantity)
if redis.call('HGET', buyersKey, buyerId) == holding then return 'already' end
redis.call('HSET', buyersKey, buyerId, holding)
return 'applied'
