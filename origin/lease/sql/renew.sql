-- Prolongs a grant that was not lost; changes no row otherwise.
-- Parameters: :name, :holder, :fence, :ends_at_ms and :now_ms (milliseconds since the Unix epoch).
UPDATE leases SET expires_at_ms = :ends_at_ms
WHERE name = :name AND holder = :holder AND fence = :fence AND expires_at_ms > :now_ms
