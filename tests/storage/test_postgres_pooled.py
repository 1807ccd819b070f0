"""A pooler before the server: one that keeps sessions serves, any other is refused at the start."""

import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from bot.storage.ports import StorageUnavailable
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from tests.postgres import Server, folder_for_server, free_port, user
from tests.storage.samples import KEY, NOW, update

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="PgBouncer is not installed"),
]


@contextmanager
def pooled(server: Server, mode: str) -> Iterator[int]:
    """Run PgBouncer as it is installed, but for its mode; yield its port."""
    port, owner, folder = free_port(), user(), folder_for_server()
    folder.chmod(0o755)
    (folder / "conf").write_text(
        f"[databases]\n* = host={server.folder} port={server.port} user=snaporder\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        f"pool_mode = {mode}\nunix_socket_dir =\n",
        encoding="utf-8",
    )
    command = ["pgbouncer", "-q", str(folder / "conf")]
    if owner is not None:  # it refuses root
        gid = pwd.getpwnam(owner).pw_gid
        command = ["setpriv", f"--reuid={owner}", f"--regid={gid}", "--clear-groups", *command]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(folder)


def answering(url: str) -> None:
    """Wait until it does."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError("the pooler never answered")


@pytest.mark.parametrize("mode", ["session", "transaction", "statement"])
async def test_what_a_pooler_keeps_apart(postgres_server: Server, mode: str):
    """By the transaction, locks and settings of one would be another's: that is said, once."""
    database = postgres_server.create()
    with pooled(postgres_server, mode) as port:
        url = f"postgresql://snaporder@127.0.0.1:{port}/{database}"
        answering(url)
        storage = PostgresStorage(url, Sealer(KEY), lambda: NOW)
        if mode == "session":
            await storage.open()
            assert await storage.replicas.join()
            assert await storage.inbox.put_updates([update(1)]) == (1,)
            timeouts = "SELECT current_setting('idle_in_transaction_session_timeout')"
            assert await storage.database.write(
                lambda connection: connection.execute(timeouts).fetchone()
            ) == ("3s",)
            await storage.replicas.leave()
            await storage.close()
        else:
            with pytest.raises(StorageUnavailable, match="set its pool_mode to session"):
                await storage.open()
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            assert postgres_server.sql(tables, database=database) == [(0,)]
    postgres_server.drop(database)
