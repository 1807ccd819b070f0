-- What is left claimed, unclear or unanswered is little among much, and looked for at each start and
-- whenever a replica takes another's work over.
CREATE INDEX shop_events_claimed ON shop_events (event_id) WHERE state = 'claimed';
CREATE INDEX question_words_claimed ON question_words (words_id) WHERE state = 'claimed';
CREATE INDEX payments_unclear ON payment_attempts (attempt_id) WHERE state = 'unclear';
CREATE INDEX payments_under_way ON payment_attempts (attempt_id) WHERE state IN ('claimed', 'sent');
CREATE INDEX proofs_waiting ON proofs (proof_id) WHERE state = 'waiting';
-- Of an order that is old enough to go, whether something is still owed for it.
CREATE INDEX shop_cases_open ON shop_cases (order_no)
    WHERE standing NOT IN ('under_way', 'over');
