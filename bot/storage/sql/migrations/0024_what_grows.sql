-- What is looked for, or goes, among what is kept for years: without these, tables are read whole
-- each hour, at each start, and whenever a replica takes another's work over.
CREATE INDEX orders_unresolved ON orders (created_at, stored) WHERE placing = 'unresolved';
CREATE INDEX proofs_by_age ON proofs (sent_at);
CREATE INDEX shop_cases_by_age ON shop_cases (since);
CREATE INDEX shop_events_over ON shop_events (not_before) WHERE state = 'over';
CREATE INDEX posts_by_age ON posts (made_at) WHERE state IN ('gone', 'refused', 'unclear');
CREATE INDEX watches_ended ON watches (ended_at) WHERE state IN ('told', 'unclear', 'dropped');
CREATE INDEX questions_by_age ON questions (touched_at);
CREATE INDEX question_words_by_age ON question_words (said_at);
CREATE INDEX group_buys_over ON group_buys (since)
    WHERE state IN ('draft', 'closed', 'failed', 'cancelled');
