-- Opens the settle transaction, in the word that PlanetScale's own client sends.
BEGIN
