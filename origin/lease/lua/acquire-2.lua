-- Grants a lease that nobody else holds. The fence is at least the server's time, so that it goes
-- on growing even when Redis lost the counter.
--
-- KEYS[1] grant (string with expiry: '<fence> <holder>')  KEYS[2] fence (counter, never expires)
-- ARGV[1] holder  ARGV[2] time to live (milliseconds)
--
-- Returns nil when somebody else holds it; else a list of the fence and the end (milliseconds since
-- the Unix epoch, by the server's clock).
local grantKey, fenceKey = KEYS[1], KEYS[2]
local holder, lifetimeMs = ARGV[1], tonumber(ARGV[2])

local grant = redis.call('GET', grantKey)
if grant and grant:sub(grant:find(' ', 1, true) + 1) ~= holder then return false end

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local fence = math.max(tonumber(redis.call('GET', fenceKey) or 0) + 1, nowMs)
local text = string.format('%.0f', fence)
redis.call('SET', fenceKey, text)
redis.call('SET', grantKey, text .. ' ' .. holder, 'PX', ARGV[2])
return { fence, nowMs + lifetimeMs }
