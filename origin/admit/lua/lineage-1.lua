-- Whether a state may have lost its latest writes. Not a script: its text is put before those that
-- ask, within which it is true of the very server that runs them.
--
-- A server's lineage is its replication id and its run id. Another replication id means another
-- history: a restart, a restored file, a replica that took over. But a master takes a new one
-- also when its first replica comes or its last one was away for long (`repl-backlog-ttl`); then it
-- is the same run, and has no second id, which one that ever took over from another has.
--
-- KEYS[1] state (hash)
--
-- Returns nothing itself. `presentLineage()` gives the text to keep in the state, empty when the
-- server tells none; `keptLineage()` whether the state's is the present one, true when either is
-- not known.
-- Of 40 hexadecimal digits each. 64 bits tell servers apart, and keep the state, whose fields are
-- short then, in the encoding that is read fastest (`hash-max-listpack-value`).
local LENGTH = 16

local function told(section, field)
  local info = redis.pcall('INFO', section)
  if type(info) ~= 'string' then return '' end
  return (info:match('\n' .. field .. ':(%x+)') or ''):sub(1, LENGTH)
end

local function presentLineage()
  local replication = told('replication', 'master_replid')
  if replication == '' then return '' end
  return replication .. ':' .. told('server', 'run_id')
end

local function keptLineage()
  local kept = redis.call('HGET', KEYS[1], 'lineage') or ''
  local present = presentLineage()
  if kept == '' or present == '' or kept == present then return true end
  local run = present:match(':(%x+)$')
  local isSameRun = run ~= nil and kept:match(':(%x+)$') == run
  return isSameRun and told('replication', 'master_replid2'):match('^0+$') ~= nil
end
