-- Where the bot may post, and what operators have posted there. A post waits until it is sent, once;
-- then it is looked after. Titles and words are sealed.
CREATE TABLE post_places (
    chat_id INTEGER PRIMARY KEY,
    body BLOB NOT NULL
);

CREATE TABLE posts (
    post_id INTEGER PRIMARY KEY AUTOINCREMENT,
    marketplace TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (
        state IN ('waiting', 'sending', 'posted', 'ending', 'unclear', 'refused', 'gone')
    ),
    look_at INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE INDEX posts_of_offer ON posts (marketplace, offer_id);
CREATE INDEX posts_due ON posts (state, look_at);
