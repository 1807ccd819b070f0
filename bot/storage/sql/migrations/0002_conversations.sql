CREATE TABLE sessions (
    chat_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    session_id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (chat_id, user_id)
);

CREATE TABLE results (
    session_id TEXT PRIMARY KEY,
    body BLOB NOT NULL
);

-- The results of a conversation that began anew are shown by nobody.
CREATE TRIGGER results_leave_with_their_session
AFTER UPDATE OF session_id ON sessions
WHEN old.session_id <> new.session_id
BEGIN
    DELETE FROM results WHERE session_id = old.session_id;
END;

CREATE TABLE offers (
    offer_id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

-- saved_order counts a person's savings: the latest saved comes first.
CREATE TABLE addresses (
    user_id INTEGER NOT NULL,
    address_id INTEGER NOT NULL,
    is_default INTEGER NOT NULL,
    saved_order INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (user_id, address_id)
) WITHOUT ROWID;
