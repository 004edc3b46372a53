-- Sets the stock of a bucket for an epoch, and opens it. For a new sale it forgets the buyers and
-- releases of the epoch before; a frozen bucket keeps what was filled in. The outbox stays: an entry
-- that never reached the log still has to, whatever its epoch.
--
-- KEYS[1] state (hash)  KEYS[2] buyers (hash)  KEYS[3] released (set)
-- ARGV[1] epoch (count, from 1)  ARGV[2] units (count)
-- ARGV[3] token, of who froze it; empty for a new sale
--
-- Returns 'loaded' when the store holds this epoch now, also when it did before (nothing changes);
-- 'newer' when it holds a later one (nothing changes); 'lost' when this epoch is frozen and no token
-- is given, or one is and the bucket is not frozen at this epoch by it, or the server is not the one
-- that froze it (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local stateKey, buyersKey, releasedKey = KEYS[1], KEYS[2], KEYS[3]
local epoch, units, token = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]

local function isCount(value, least)
  return value ~= nil and value >= least and value % 1 == 0 and value < 2 ^ 53
end

if not isCount(epoch, 1) then return redis.error_reply('SLUICE epoch is not a count') end
if not isCount(units, 0) then return redis.error_reply('SLUICE units is not a count') end

local state = redis.call('HMGET', stateKey, 'epoch', 'token')
if state[1] == ARGV[1] then return 'loaded' end
if state[1] and tonumber((state[1]:gsub('~', ''))) > epoch then return 'newer' end
local frozen = state[1] == '~' .. ARGV[1]
if frozen ~= (token ~= '') then return 'lost' end
if frozen and (state[2] ~= token or not keptLineage()) then return 'lost' end

-- Deleted first: that is allowed also when the memory is full, and then so is what follows.
if frozen then
  redis.call('UNLINK', stateKey)
else
  redis.call('UNLINK', stateKey, buyersKey, releasedKey)
end
local lineage = presentLineage()
redis.call('HSET', stateKey, 'epoch', ARGV[1], 'stock', ARGV[2], 'taken', '0', 'seq', '0')
redis.call('HSET', stateKey, 'lineage', lineage)
return 'loaded'
