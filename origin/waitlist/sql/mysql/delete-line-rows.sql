-- Makes room for new rows of buyers who were served or left. Parameter: list of numbers.
DELETE w FROM waitlist AS w FORCE INDEX (PRIMARY) WHERE w.number IN (?)
