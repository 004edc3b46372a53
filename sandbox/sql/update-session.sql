-- Keeps what a step made of a session. All columns are named parameters of the same name.
UPDATE sessions
SET status = :status, failure = :failure, late = :late, refunded = :refunded,
  money_due_at_ms = :money_due_at_ms
WHERE session_id = :session_id
