-- What comes from a marketplace is named by it and its own id: offers, orders, pushes, addresses.
-- Everything until now is of 1688. Ids are texts: other marketplaces have no numbers.
-- `reseal(value, before, after)` seals anew for another place what opens at the one before.
CREATE TABLE offers_named (
    marketplace TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    body BLOB NOT NULL,
    touched_at INTEGER,
    PRIMARY KEY (marketplace, offer_id)
);

INSERT INTO offers_named (marketplace, offer_id, body, touched_at)
    SELECT '1688', CAST(offer_id AS TEXT), body, touched_at FROM offers;
DROP TABLE offers;
ALTER TABLE offers_named RENAME TO offers;
CREATE INDEX offers_touched ON offers (touched_at);

CREATE TABLE addresses_named (
    user_id INTEGER NOT NULL,
    marketplace TEXT NOT NULL,
    address_id TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    saved_order INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (user_id, marketplace, address_id)
) WITHOUT ROWID;

INSERT INTO addresses_named (user_id, marketplace, address_id, is_default, saved_order, body)
    SELECT user_id, '1688', CAST(address_id AS TEXT), is_default, saved_order,
        reseal(
            body,
            'addresses/' || user_id || '/' || address_id,
            'addresses/' || user_id || '/1688/' || address_id
        )
    FROM addresses;
DROP TABLE addresses;
ALTER TABLE addresses_named RENAME TO addresses;

ALTER TABLE orders ADD COLUMN marketplace TEXT NOT NULL DEFAULT '1688';

-- Renaming a table that a trigger names is refused.
DROP TRIGGER what_follows_an_order_leaves_with_it;

CREATE TABLE order_parts_named (
    marketplace TEXT NOT NULL,
    part_id TEXT NOT NULL,
    order_no TEXT NOT NULL,
    PRIMARY KEY (marketplace, part_id)
) WITHOUT ROWID;

INSERT INTO order_parts_named (marketplace, part_id, order_no)
    SELECT '1688', part_id, order_no FROM order_parts;
DROP TABLE order_parts;
ALTER TABLE order_parts_named RENAME TO order_parts;
CREATE INDEX parts_of_order ON order_parts (order_no);

CREATE TRIGGER what_follows_an_order_leaves_with_it
AFTER DELETE ON orders
BEGIN
    DELETE FROM order_parts WHERE order_no = old.order_no;
    DELETE FROM notices WHERE order_no = old.order_no;
END;

CREATE TABLE pushes_named (
    push_id INTEGER PRIMARY KEY,
    marketplace TEXT NOT NULL,
    msg_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'used', 'unused')),
    received_at INTEGER NOT NULL,
    not_before INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    payload BLOB,
    UNIQUE (marketplace, msg_id)
);

INSERT INTO pushes_named
    (push_id, marketplace, msg_id, topic, state, received_at, not_before, attempts, payload)
    SELECT push_id, '1688', msg_id, topic, state, received_at, not_before, attempts,
        reseal(payload, 'pushes/' || msg_id, 'pushes/1688/' || msg_id)
    FROM pushes;
DROP TABLE pushes;
ALTER TABLE pushes_named RENAME TO pushes;
CREATE INDEX pushes_waiting ON pushes (push_id) WHERE state = 'waiting';
CREATE INDEX pushes_handled ON pushes (received_at) WHERE state <> 'waiting';

ALTER TABLE payment_attempts ADD COLUMN marketplace TEXT NOT NULL DEFAULT '1688';
DROP INDEX payments_of_part;
DROP INDEX one_payment_at_a_time;
CREATE INDEX payments_of_part ON payment_attempts (marketplace, part_id);
CREATE UNIQUE INDEX one_payment_at_a_time ON payment_attempts (marketplace, part_id)
    WHERE state IN ('claimed', 'sent');
