-- Whom an organiser takes no new claims from: marked on a claim of theirs, which says why.
ALTER TABLE group_claims ADD COLUMN banned INTEGER NOT NULL DEFAULT 0;

CREATE INDEX group_claims_banned ON group_claims (user_id) WHERE banned = 1;
