-- Prolongs a grant that was not lost.
--
-- KEYS[1] grant (string with expiry: '<fence> <holder>')
-- ARGV[1] fence  ARGV[2] holder  ARGV[3] time to live (milliseconds, from now)
--
-- Returns nil when the grant was lost; else the new end (milliseconds since the Unix epoch, by the
-- server's clock).
local grantKey = KEYS[1]
local grant, lifetimeMs = ARGV[1] .. ' ' .. ARGV[2], tonumber(ARGV[3])

if redis.call('GET', grantKey) ~= grant then return false end
redis.call('PEXPIRE', grantKey, ARGV[3])
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000) + lifetimeMs
