-- Sets the stock of a bucket for an epoch, and forgets the buyers and releases of the epoch before.
-- The outbox stays: an entry that never reached the log still has to, whatever its epoch.
--
-- KEYS[1] state (hash)  KEYS[2] buyers (hash)  KEYS[3] released (set)
-- ARGV[1] epoch (count, from 1)  ARGV[2] units (count)
--
-- Returns 'loaded' when the store holds this epoch now, also when it did before (nothing changes);
-- 'newer' when it holds a later one (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local stateKey, buyersKey, releasedKey = KEYS[1], KEYS[2], KEYS[3]
local epoch, units = tonumber(ARGV[1]), tonumber(ARGV[2])

local function isCount(value, least)
  return value ~= nil and value >= least and value % 1 == 0 and value < 2 ^ 53
end

if not isCount(epoch, 1) then return redis.error_reply('SLUICE epoch is not a count') end
if not isCount(units, 0) then return redis.error_reply('SLUICE units is not a count') end

local current = tonumber(redis.call('HGET', stateKey, 'epoch') or nil)
if current == epoch then return 'loaded' end
if current ~= nil and current > epoch then return 'newer' end

redis.call('HSET', stateKey, 'epoch', ARGV[1], 'stock', ARGV[2], 'taken', '0', 'seq', '0')
redis.call('UNLINK', buyersKey, releasedKey)
return 'loaded'
