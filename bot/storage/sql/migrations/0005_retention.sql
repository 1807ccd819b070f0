-- When a row was last written, in microseconds since 1970, so that what is no longer used can go.
-- NULL in a session: nothing is left in it to forget.
ALTER TABLE sessions ADD COLUMN touched_at INTEGER;
ALTER TABLE results ADD COLUMN touched_at INTEGER;
ALTER TABLE offers ADD COLUMN touched_at INTEGER;
ALTER TABLE picture_files ADD COLUMN touched_at INTEGER;

UPDATE sessions SET touched_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
UPDATE results SET touched_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
UPDATE offers SET touched_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;
UPDATE picture_files SET touched_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000000;

CREATE INDEX sessions_touched ON sessions (touched_at) WHERE touched_at IS NOT NULL;
CREATE INDEX results_touched ON results (touched_at);
CREATE INDEX offers_touched ON offers (touched_at);
CREATE INDEX picture_files_touched ON picture_files (touched_at);
CREATE INDEX sessions_of_person ON sessions (user_id);

-- An open order of somebody who asked to be forgotten goes as soon as it is no longer open.
ALTER TABLE orders ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;

CREATE INDEX orders_forgotten ON orders (order_no) WHERE forgotten = 1;
CREATE INDEX orders_by_age ON orders (created_at, placing);
CREATE INDEX inbox_of_lane ON inbox (lane) WHERE state <> 'finished';
