-- Who asked for news, and the operators' messages to them. A person's row is claimed durably before
-- the message is sent, so that nobody gets it twice.
CREATE TABLE news_readers (
    user_id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    since INTEGER NOT NULL
);

CREATE TABLE broadcasts (
    broadcast_id INTEGER PRIMARY KEY AUTOINCREMENT,
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sending', 'done', 'stopped')),
    body BLOB NOT NULL
);

CREATE INDEX broadcasts_sending ON broadcasts (broadcast_id) WHERE state = 'sending';

CREATE TABLE broadcast_people (
    broadcast_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'claimed', 'told', 'unclear', 'unreachable')),
    PRIMARY KEY (broadcast_id, user_id)
) WITHOUT ROWID;

CREATE INDEX broadcast_waiting ON broadcast_people (broadcast_id, user_id)
    WHERE state IN ('waiting', 'claimed');
