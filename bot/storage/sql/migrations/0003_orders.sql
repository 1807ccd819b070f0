-- session_id and revision name the consent: one consent, one order. The person is part of it
-- because session ids are short and may come back years later for somebody else.
CREATE TABLE orders (
    order_no TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    placing TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (session_id, revision, user_id)
);

CREATE INDEX orders_of_person ON orders (user_id, created_at);
CREATE INDEX orders_unsettled ON orders (created_at)
    WHERE placing IN ('claimed', 'creating', 'uncertain');
CREATE INDEX orders_untold ON orders (created_at)
    WHERE told = 0 AND placing NOT IN ('claimed', 'creating', 'uncertain');
