-- What operators have to know of group buys. An organiser who can't be reached, a card that could
-- not be drawn and since when, and a member whose data leaves as soon as the buy has ended.
ALTER TABLE group_buys ADD COLUMN unreachable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE group_cards ADD COLUMN failing_since INTEGER;
ALTER TABLE group_claims ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;

CREATE INDEX group_buys_by_state ON group_buys (state, since);
CREATE INDEX group_claims_forgotten ON group_claims (buy_id) WHERE forgotten = 1;
