-- A token lets its bearer in, so only its hash is kept: a copied database invites nobody.
CREATE TABLE invites (
    invite_id INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB NOT NULL UNIQUE,
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses_allowed INTEGER NOT NULL CHECK (uses_allowed > 0),
    uses INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND uses_allowed),
    revoked INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE members (
    user_id INTEGER PRIMARY KEY,
    invite_id INTEGER NOT NULL,
    joined_at INTEGER NOT NULL
);
