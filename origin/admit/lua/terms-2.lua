-- Reads what the ledger needs of one bucket, all of one moment.
--
-- KEYS[1] state (hash)  KEYS[2] outbox (hash)
--
-- Returns nil when the store has no state; else a list of the epoch, 1 while it is frozen (else 0),
-- 1 while the server is the one that wrote the state (else 0), the stock (units), the units taken,
-- the last seq and the number of outbox entries. A frozen bucket has no stock and took no units.
local stateKey, outboxKey = KEYS[1], KEYS[2]

local state = redis.call('HMGET', stateKey, 'epoch', 'stock', 'taken', 'seq')
if not state[1] then return false end
local kept = keptLineage() and 1 or 0
local outbox = redis.call('HLEN', outboxKey)
if state[1]:sub(1, 1) == '~' then return { tonumber(state[1]:sub(2)), 1, kept, 0, 0, 0, outbox } end
return {
  tonumber(state[1]),
  0,
  kept,
  tonumber(state[2] or nil),
  tonumber(state[3] or nil),
  tonumber(state[4] or nil),
  outbox,
}
