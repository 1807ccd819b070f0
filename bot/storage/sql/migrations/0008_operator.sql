-- Password-free payments: a row is durable before anything is sent, and no order has two of them
-- under way. `amount` is in fen.
CREATE TABLE payment_attempts (
    attempt_id INTEGER PRIMARY KEY AUTOINCREMENT,
    part_id TEXT NOT NULL,
    order_no TEXT NOT NULL,
    operator_id INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL DEFAULT 'claimed'
        CHECK (state IN ('claimed', 'sent', 'paid', 'unclear', 'refused', 'unsent')),
    at INTEGER NOT NULL
);

CREATE INDEX payments_of_part ON payment_attempts (part_id);
CREATE INDEX payments_by_time ON payment_attempts (at);
CREATE UNIQUE INDEX one_payment_at_a_time ON payment_attempts (part_id)
    WHERE state IN ('claimed', 'sent');
