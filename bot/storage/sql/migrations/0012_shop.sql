-- A shop: its terms, its books, and what customers send. Nothing in `ledger` is ever changed: a
-- mistake is reversed by another row. `to_order` is set where money of one order counts for another.
CREATE TABLE shop_terms (
    version INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

CREATE TABLE ledger (
    entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL,
    order_no TEXT NOT NULL,
    to_order TEXT,
    at INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE INDEX ledger_of_person ON ledger (user_id, entry_id);
CREATE INDEX ledger_by_time ON ledger (at);

-- `mark` tells a file or a number that was sent before, and nothing else of it.
CREATE TABLE proofs (
    proof_id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_no TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'confirmed', 'declined')),
    mark BLOB NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (user_id, message_id)
);

CREATE INDEX proofs_of_order ON proofs (order_no);
CREATE INDEX proofs_by_mark ON proofs (mark);

-- Where each order stands, kept with whatever changes it.
CREATE TABLE shop_cases (
    order_no TEXT PRIMARY KEY,
    user_id INTEGER NOT NULL,
    standing TEXT NOT NULL,
    since INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX shop_cases_standing ON shop_cases (standing, since);
CREATE INDEX shop_cases_of_person ON shop_cases (user_id);

CREATE TABLE shop_events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_no TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'claimed', 'over')),
    not_before INTEGER NOT NULL,
    UNIQUE (order_no, kind, detail)
);

CREATE INDEX shop_events_waiting ON shop_events (not_before) WHERE state = 'waiting';
