-- Runs of replicas that are alive, by the number of their writer. Times are the server's own.
CREATE TABLE replicas (
    replica BIGINT PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    joined_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    beat_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    steady_since TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    retired BOOLEAN NOT NULL DEFAULT FALSE
) WITH (fillfactor = 50);

-- Who holds what. It counts while the holder's row in `writers` stands, and is nobody's after that.
CREATE TABLE leases (
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    replica BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
) WITH (fillfactor = 80);

CREATE INDEX leases_of_replica ON leases (replica);

-- What all together may use a second; the level runs out by itself.
CREATE UNLOGGED TABLE allowances (
    what TEXT COLLATE "C" PRIMARY KEY,
    level DOUBLE PRECISION NOT NULL DEFAULT 0,
    drawn DOUBLE PRECISION NOT NULL DEFAULT 0,
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);
