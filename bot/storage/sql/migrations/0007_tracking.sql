-- What the marketplace says of an order is read again. `look_at` is when next, NULL for never;
-- `hints` counts what asked for that besides, so that none is lost which comes during a reading;
-- `misses` counts readings in a row that failed. `stage` is NULL until an order of an earlier
-- release was opened: only its sealed body tells the states and ids of its parts.
ALTER TABLE orders ADD COLUMN stage TEXT;
ALTER TABLE orders ADD COLUMN look_at INTEGER;
ALTER TABLE orders ADD COLUMN hints INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN misses INTEGER NOT NULL DEFAULT 0;

UPDATE orders SET stage = 'not_made' WHERE placing IN ('refused', 'changed');
UPDATE orders SET stage = 'placing'
    WHERE placing IN ('claimed', 'creating', 'uncertain', 'unresolved');

CREATE INDEX orders_of_stage ON orders (user_id, stage, created_at);
CREATE INDEX orders_to_look_at ON orders (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX orders_unsorted ON orders (order_no) WHERE stage IS NULL;

-- A push names the marketplace's order; this tells whether it is one of ours.
CREATE TABLE order_parts (
    part_id TEXT PRIMARY KEY,
    order_no TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX parts_of_order ON order_parts (order_no);

-- A handled push keeps its id, so that a repeat is known.
CREATE TABLE pushes (
    push_id INTEGER PRIMARY KEY,
    msg_id TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'used', 'unused')),
    received_at INTEGER NOT NULL,
    not_before INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    payload BLOB
);

CREATE INDEX pushes_waiting ON pushes (push_id) WHERE state = 'waiting';
CREATE INDEX pushes_handled ON pushes (received_at) WHERE state <> 'waiting';

-- One piece of news is one key, and at most one message. `claimed` is durable before it is sent.
CREATE TABLE notices (
    notice_id INTEGER PRIMARY KEY,
    order_no TEXT NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'claimed', 'told', 'shown', 'unclear', 'dropped')),
    born_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    ended_at INTEGER,
    body BLOB,
    UNIQUE (order_no, key)
);

CREATE INDEX notices_due ON notices (not_before) WHERE state = 'waiting';
CREATE INDEX notices_claimed ON notices (notice_id) WHERE state = 'claimed';
CREATE INDEX notices_ended ON notices (ended_at) WHERE ended_at IS NOT NULL;

CREATE TRIGGER what_follows_an_order_leaves_with_it
AFTER DELETE ON orders
BEGIN
    DELETE FROM order_parts WHERE order_no = old.order_no;
    DELETE FROM notices WHERE order_no = old.order_no;
END;
