-- Reads the lineage of the server that runs scripts: what commands outside of them are told may be
-- another matter.
--
-- KEYS[1] state (hash): says which server is asked; may be none that is there
--
-- Returns what `presentLineage()` gives: empty when the server tells none.
return presentLineage()
