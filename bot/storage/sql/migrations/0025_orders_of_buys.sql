-- How often a group buy that follows its orders, or one of these, was stored anew since they were
-- last looked at together: when there is something to see, and not every few seconds for days.
ALTER TABLE group_buys ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;

CREATE INDEX group_buys_moved ON group_buys (buy_id) WHERE moved > 0;
