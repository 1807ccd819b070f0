-- Group buys. A buy's row holds all but its claims, which have rows of their own: a thousand people
-- may join within a minute. `taken` and `queued` repeat what a claim's state says of its pieces.
-- Nothing in `group_ledger` is ever changed. What hangs on a buy leaves with it.
CREATE TABLE group_buys (
    buy_id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    organiser INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    order_no TEXT UNIQUE,
    next_at INTEGER,
    since INTEGER NOT NULL,
    forgotten INTEGER NOT NULL DEFAULT 0,
    body BLOB NOT NULL
);

CREATE INDEX group_buys_of_organiser ON group_buys (organiser, buy_id);
CREATE INDEX group_buys_due ON group_buys (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE group_claims (
    buy_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    spec_id TEXT NOT NULL,
    taken INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (buy_id, number)
) WITHOUT ROWID;

CREATE INDEX group_claims_of_person ON group_claims (user_id, buy_id);
CREATE INDEX group_claims_of_variant ON group_claims (buy_id, spec_id, taken, queued, user_id);

CREATE TABLE group_ledger (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    buy_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE INDEX group_ledger_of_buy ON group_ledger (buy_id, entry_id);
CREATE INDEX group_ledger_of_person ON group_ledger (user_id);

CREATE TABLE group_cards (
    buy_id INTEGER NOT NULL,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    topic INTEGER,
    language TEXT NOT NULL,
    with_picture INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    PRIMARY KEY (buy_id, chat_id)
) WITHOUT ROWID;

CREATE TABLE group_news (
    news_id INTEGER PRIMARY KEY AUTOINCREMENT,
    buy_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'over')),
    not_before INTEGER NOT NULL,
    UNIQUE (buy_id, user_id, kind, detail)
);

CREATE INDEX group_news_waiting ON group_news (not_before) WHERE state = 'waiting';
CREATE INDEX group_news_of_person ON group_news (user_id);

CREATE TRIGGER what_hangs_on_a_group_buy_leaves_with_it
AFTER DELETE ON group_buys
BEGIN
    DELETE FROM group_claims WHERE buy_id = old.buy_id;
    DELETE FROM group_ledger WHERE buy_id = old.buy_id;
    DELETE FROM group_cards WHERE buy_id = old.buy_id;
    DELETE FROM group_news WHERE buy_id = old.buy_id;
END;
