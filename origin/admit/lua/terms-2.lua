-- Reads what the ledger needs of one bucket, all of one moment.
--
-- KEYS[1] state (hash)  KEYS[2] outbox (hash)
--
-- Returns nil when the store has no state; else a list of the epoch, the stock (units), the units
-- taken, the last seq and the number of outbox entries.
local stateKey, outboxKey = KEYS[1], KEYS[2]

local state = redis.call('HMGET', stateKey, 'epoch', 'stock', 'taken', 'seq')
if not state[1] then return false end
return {
  tonumber(state[1]),
  tonumber(state[2] or nil),
  tonumber(state[3] or nil),
  tonumber(state[4] or nil),
  redis.call('HLEN', outboxKey),
}
