CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

-- Moments are microseconds since 1970 (UTC). A finished update keeps its id, so that a repeat
-- is known, and loses its payload.
CREATE TABLE inbox (
    update_id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'parked', 'finished')),
    committed INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL,
    not_before INTEGER,
    payload BLOB,
    error BLOB
);

CREATE INDEX inbox_waiting ON inbox (update_id) WHERE state = 'waiting';
CREATE INDEX inbox_parked ON inbox (update_id) WHERE state = 'parked';
CREATE INDEX inbox_finished ON inbox (received_at) WHERE state = 'finished';
