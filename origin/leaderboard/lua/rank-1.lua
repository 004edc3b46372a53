-- A buyer's rank and position, both of one moment.
--
-- KEYS[1] ranks (sorted set)
-- ARGV[1] buyer id
--
-- Returns the rank, from 0, and the position as text; nil when the buyer is not on the board.
local ranksKey, buyerId = KEYS[1], ARGV[1]

local rank = redis.call('ZRANK', ranksKey, buyerId)
if not rank then return nil end
return { rank, redis.call('ZSCORE', ranksKey, buyerId) }
