#!/usr/bin/env bash
# Behaviour: a client that stalls in the middle of a pipeline keeps its transaction and its row
#   locks for as long as it likes. PostgreSQL counts `idle_in_transaction_session_timeout` only from
#   an answered Sync, and `statement_timeout` only while it executes; in between the session is
#   "active", waiting for ClientRead, and none of the two ends it. With a Sync after the same
#   statement the session is ended after the second it was given. psycopg's pipeline
#   sends none after a statement, so every pause inside `with connection.pipeline()` is such a stall,
#   a stopped process's above all.
# Versions: psycopg 3.3.9 (libpq 18 of psycopg-binary), PostgreSQL 15.18, Python 3.11.
# Seen: with Sync: gone after 3 s, OperationalError; without: active ClientRead, lock held, committed.
# Needs PostgreSQL's `initdb` (Debian: postgresql); started by another user than root if run by root.
set -euo pipefail
folder=$(mktemp -d)
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
bin=$(dirname "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | tail -1)")
trap 'as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q "psycopg[binary]==3.3.9"
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
as "$bin/initdb" -D "$folder/data" -A trust -U finder -N >/dev/null
as "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-c listen_addresses='' -k $folder" start >/dev/null
chmod 755 "$folder"
venv/bin/python - "host=$folder user=finder dbname=postgres" <<'PY'
import sys
import time

import psycopg

WHERE = sys.argv[1]
PATIENCE = "-c idle_in_transaction_session_timeout=1s -c statement_timeout=1s"
watcher = psycopg.connect(WHERE, autocommit=True)
print("PostgreSQL", watcher.execute("SHOW server_version").fetchone()[0])
watcher.execute("CREATE TABLE counts (id int PRIMARY KEY, count int)")
watcher.execute("INSERT INTO counts VALUES (1, 0)")


def state(pid):
    row = watcher.execute(
        "SELECT state, wait_event, (SELECT count(*) > 0 FROM pg_locks"
        " WHERE pg_locks.pid = activity.pid AND mode = 'RowExclusiveLock')"
        " FROM pg_stat_activity activity WHERE pid = %s",
        (pid,),
    ).fetchone()
    return row


def stalled(with_sync):
    connection = psycopg.connect(WHERE, options=PATIENCE)
    try:
        with connection.pipeline() as pipeline:
            connection.execute("UPDATE counts SET count = count + 1 WHERE id = 1")
            if with_sync:
                pipeline.sync()
            time.sleep(3)
            seen = state(connection.info.backend_pid)
        connection.commit()
    except psycopg.OperationalError as error:
        return seen, type(error).__name__
    return seen, "committed"


synced, unsynced = stalled(True), stalled(False)
print("with Sync:", synced)
print("without:", unsynced)
assert synced == (None, "OperationalError"), synced
assert unsynced == (("active", "ClientRead", True), "committed"), unsynced
assert watcher.execute("SELECT count FROM counts").fetchone() == (1,)
PY
