-- Which server it is, as it names itself.
SELECT VERSION() AS version
