-- One session. Parameter: session_id.
SELECT * FROM sessions WHERE session_id = ?
