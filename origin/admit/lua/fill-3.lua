-- Tells a frozen bucket which buyers have orders, and which orders were released.
--
-- KEYS[1] state (hash)  KEYS[2] buyers (hash)  KEYS[3] released (set)
-- ARGV[1] epoch (count, from 1)  ARGV[2] token, of who froze it  ARGV[3] holdings (count, from 0)
-- ARGV[4..] two a holding: buyer id, then order id (22 characters) and quantity (units) in one;
-- after them the order ids released
--
-- Returns 'filled'; 'lost' when the bucket is not frozen at this epoch by this token, or the server
-- is not the one that froze it (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local stateKey, buyersKey, releasedKey = KEYS[1], KEYS[2], KEYS[3]
local epoch, token, holdings = ARGV[1], ARGV[2], tonumber(ARGV[3])
-- Far below what `unpack` can put on Lua's stack, which is 8,000 values.
local MOST = 2000

local state = redis.call('HMGET', stateKey, 'epoch', 'token')
if state[1] ~= '~' .. epoch or state[2] ~= token or not keptLineage() then return 'lost' end

if not (holdings and holdings >= 0 and holdings % 1 == 0 and 3 + 2 * holdings <= #ARGV) then
  return redis.error_reply('SLUICE holdings is not a count')
end
if #ARGV > MOST then return redis.error_reply('SLUICE a call takes at most 2000 values') end
local firstReleased = 4 + 2 * holdings
for position = 4, firstReleased - 1, 2 do
  if ARGV[position] == '' then return redis.error_reply('SLUICE buyer id is empty') end
  if not ARGV[position + 1]:find('^[%w_-]+$') or #ARGV[position + 1] < 23 then
    return redis.error_reply('SLUICE holding is not valid')
  end
end
for position = firstReleased, #ARGV do
  if #ARGV[position] ~= 22 then return redis.error_reply('SLUICE order id is not valid') end
end

if holdings > 0 then redis.call('HSET', buyersKey, unpack(ARGV, 4, firstReleased - 1)) end
if firstReleased <= #ARGV then redis.call('SADD', releasedKey, unpack(ARGV, firstReleased)) end
return 'filled'
