-- Grants a lease that is free, over, or the holder's own; no row when somebody else holds it.
-- Parameters: :name, :holder, :ends_at_ms and :now_ms (milliseconds since the Unix epoch).
INSERT INTO leases (name, holder, fence, expires_at_ms)
VALUES (:name, :holder, 1, :ends_at_ms)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, fence = leases.fence + 1, expires_at_ms = excluded.expires_at_ms
WHERE leases.holder = excluded.holder OR leases.expires_at_ms <= :now_ms
RETURNING fence
