-- Gives a grant up, unless it was lost.
--
-- KEYS[1] grant (string with expiry: '<fence> <holder>')
-- ARGV[1] fence  ARGV[2] holder
--
-- Returns 1 when it was given up, 0 when it was lost before (nothing changes).
local grantKey = KEYS[1]

if redis.call('GET', grantKey) ~= ARGV[1] .. ' ' .. ARGV[2] then return 0 end
return redis.call('DEL', grantKey)
