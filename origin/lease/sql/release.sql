-- Gives a grant up, unless it was lost.
-- Parameters: :name, :holder, :fence.
UPDATE leases SET expires_at_ms = 0
WHERE name = :name AND holder = :holder AND fence = :fence
