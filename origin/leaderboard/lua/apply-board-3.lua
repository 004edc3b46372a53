-- Brings a board from one result to a later one: buyers who come or move, buyers who leave, units
-- of the curve. A board that is not there is at 0; what may be left of an older one goes first.
--
-- KEYS[1] cursor (string)  KEYS[2] ranks (sorted set)  KEYS[3] curve (hash)
-- ARGV[1] from (number of a result)  ARGV[2] to (number of a result)
-- ARGV[3] how many come (count)  ARGV[4] how many leave (count)
-- then position and buyer id of each who comes, the buyer id of each who leaves, and second since
-- the opening (count) and units (whole number) of each point of the curve
--
-- Returns 'applied'; 'other-cursor' when the board is not at `from` (nothing changes);
-- an error that begins with SLUICE, with nothing changed, when an argument is not valid.
local cursorKey, ranksKey, curveKey = KEYS[1], KEYS[2], KEYS[3]
local from, to, coming, leaving = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

-- Arguments in one call; Lua's stack holds 8,000.
local CHUNK = 2000

local function isWhole(value, least)
  return value ~= nil and value >= least and value % 1 == 0 and value < 2 ^ 53
end

if not (isWhole(coming, 0) and isWhole(leaving, 0)) then
  return redis.error_reply('SLUICE a count is not a count')
end
local leavingFrom = 5 + 2 * coming
local curveFrom = leavingFrom + leaving
if curveFrom > #ARGV + 1 or (#ARGV + 1 - curveFrom) % 2 ~= 0 then
  return redis.error_reply('SLUICE arguments are missing')
end
-- Looked at before the first write, since Redis does not undo what was written.
for index = 5, leavingFrom - 1, 2 do
  if not isWhole(tonumber(ARGV[index]), 0) then
    return redis.error_reply('SLUICE a position is not a whole number')
  end
end
for index = curveFrom, #ARGV, 2 do
  local second, units = tonumber(ARGV[index]), tonumber(ARGV[index + 1])
  if not (isWhole(second, 0) and isWhole(units, -2 ^ 53)) then
    return redis.error_reply('SLUICE a point of the curve is not whole numbers')
  end
end

local cursor = redis.call('GET', cursorKey)
if (cursor or '0') ~= from then return 'other-cursor' end

local function inChunks(command, key, first, last)
  for start = first, last, CHUNK do
    redis.call(command, key, unpack(ARGV, start, math.min(start + CHUNK - 1, last)))
  end
end

if not cursor then redis.call('UNLINK', ranksKey, curveKey) end
inChunks('ZADD', ranksKey, 5, leavingFrom - 1)
inChunks('ZREM', ranksKey, leavingFrom, curveFrom - 1)
for index = curveFrom, #ARGV, 2 do
  redis.call('HINCRBY', curveKey, ARGV[index], ARGV[index + 1])
end
redis.call('SET', cursorKey, to)
return 'applied'
