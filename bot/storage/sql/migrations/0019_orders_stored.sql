-- In which order orders were stored, for those of one moment: not every database counts its rows.
ALTER TABLE orders ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;

UPDATE orders SET stored = rowid;

CREATE INDEX orders_as_stored ON orders (stored);

DROP INDEX orders_of_person;
DROP INDEX orders_of_stage;
DROP INDEX orders_unsettled;
DROP INDEX orders_untold;
CREATE INDEX orders_of_person ON orders (user_id, created_at, stored);
CREATE INDEX orders_of_stage ON orders (user_id, stage, created_at, stored);
CREATE INDEX orders_unsettled ON orders (created_at, stored)
    WHERE placing IN ('claimed', 'creating', 'uncertain');
CREATE INDEX orders_untold ON orders (created_at, stored)
    WHERE told = 0 AND placing NOT IN ('claimed', 'creating', 'uncertain');
