-- Which troubles the operators were told of, so that a restart does not tell them again. `about` is
-- a JSON list of what was named, such as our own order numbers: nothing personal.
CREATE TABLE alarms_told (
    trouble TEXT PRIMARY KEY,
    about TEXT NOT NULL,
    told_at INTEGER NOT NULL
) WITHOUT ROWID;
