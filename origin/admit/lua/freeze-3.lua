-- Stops a bucket until its stock is loaded, and forgets the buyers and releases of before. The
-- outbox stays: an entry that never reached the log still has to, whatever its epoch.
--
-- KEYS[1] state (hash)  KEYS[2] buyers (hash)  KEYS[3] released (set)
-- ARGV[1] epoch (count, from 1)  ARGV[2] token, of who freezes
--
-- Returns 'frozen' when the bucket now waits for this token's load, also when it did before
-- (nothing changes); 'loaded' when this epoch is loaded already (nothing changes); 'newer' when the
-- store holds a later one (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local stateKey, buyersKey, releasedKey = KEYS[1], KEYS[2], KEYS[3]
local epoch, token = tonumber(ARGV[1]), ARGV[2]

if not (epoch and epoch >= 1 and epoch % 1 == 0 and epoch < 2 ^ 53) then
  return redis.error_reply('SLUICE epoch is not a count')
end
if token == '' then return redis.error_reply('SLUICE token is empty') end

-- A frozen epoch is written with a `~`, so that it equals no epoch that anybody asks for.
local frozenEpoch = '~' .. ARGV[1]
local state = redis.call('HMGET', stateKey, 'epoch', 'token')
if state[1] == ARGV[1] then return 'loaded' end
if state[1] and tonumber((state[1]:gsub('~', ''))) > epoch then return 'newer' end
if state[1] == frozenEpoch and state[2] == token and keptLineage() then return 'frozen' end

-- Deleted first: that is allowed also when the memory is full, and then so is what follows.
redis.call('UNLINK', stateKey, buyersKey, releasedKey)
redis.call('HSET', stateKey, 'epoch', frozenEpoch, 'token', token, 'lineage', presentLineage())
return 'frozen'
