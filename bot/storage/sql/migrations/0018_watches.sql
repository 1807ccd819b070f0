-- What people want to be told of offers, once, and when each offer is read next for all of them.
-- What exactly somebody watches for (which variant, which price) is sealed, its title with it.
CREATE TABLE watched_offers (
    marketplace TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    look_at INTEGER NOT NULL,
    hints INTEGER NOT NULL DEFAULT 0,
    misses INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (marketplace, offer_id)
);

CREATE INDEX watched_offers_due ON watched_offers (look_at);

CREATE TABLE watches (
    watch_id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL,
    marketplace TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    goods TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'watching' CHECK (
        state IN ('watching', 'to_tell', 'telling', 'told', 'unclear', 'dropped')
    ),
    made_at INTEGER NOT NULL,
    not_before INTEGER,
    ended_at INTEGER,
    body BLOB NOT NULL,
    UNIQUE (user_id, marketplace, offer_id, goods)
);

CREATE INDEX watches_of_offer ON watches (marketplace, offer_id, state, watch_id);
CREATE INDEX watches_to_tell ON watches (state, not_before);
