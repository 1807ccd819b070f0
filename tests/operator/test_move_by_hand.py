"""`move` as an operator runs it: killed, without room, refused; its exit codes and lines."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.storage.postgres.moving import PostgresSide
from bot.storage.sqlite.moving import SqliteSide
from tests.operator.moving import empty, filled, held, once_filled, sums
from tests.postgres import is_up, own_server
from tests.storage.samples import KEY

__all__ = ["empty", "filled", "once_filled"]
pytestmark = [pytest.mark.postgres, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
DONE, FAILED, TO_MEND = 0, 1, 2
SERVERS_ROOM = 160  # MB: a new server, and the log of one move
LEFT = (2, 14, 28)
"""MB that are left on a server's disk: for no table, for some of its log, for some of the rows."""

STARTS = 60


def _heeds_an_interrupt() -> None:
    """What was itself started in the background begins with interrupts that do nothing."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(
    *words: str, source: str | Path, limit: int | None = None, **settings: str
) -> subprocess.Popen[str]:
    """A command over a database; with `limit`, no file of it grows beyond so many bytes."""
    environment = {
        **os.environ,
        "BOT_TOKEN": "123:x",
        "MARKETPLACE_URL": "http://127.0.0.1:9",
        "MARKETPLACE_APP_KEY": "k",
        "MARKETPLACE_APP_SECRET": "s",
        "DATABASE_URL": str(source),
        "DATA_KEY": KEY.hex(),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heeds_an_interrupt,  # noqa: PLW1509 - no thread of ours runs
    )
    if limit is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    return process


def run(*words: str, source: str | Path, **more: object) -> tuple[int, str]:
    """Run one to its end; return its code and the lines that are no table's count."""
    process = started(*words, source=source, **more)  # type: ignore[arg-type] - passed on
    said, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    return process.returncode, said.strip()


def ended_in_the_middle(
    filled: Path, empty: Callable[[], str], number: signal.Signals
) -> tuple[Path, str, int, str]:
    """End a move of a copy; return that, where it goes, its code and what it said.

    One that was done before the signal came to it is no case: another is begun.
    """
    for turn in range(20):
        source, url = filled.with_name(f"copy-{turn}.db"), empty()
        shutil.copy(filled, source)
        moving = started("move", url, source=source)
        assert moving.stderr is not None
        while not (line := moving.stderr.readline()).startswith("orders:"):
            assert line, "it ended without its orders"
        moving.send_signal(number)
        said, told = moving.communicate(timeout=60)
        assert "Traceback" not in told
        if moving.returncode != DONE:
            return source, url, moving.returncode, said
    raise AssertionError("it was always done before")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_ended_in_the_middle_and_run_again(
    filled: Path, empty: Callable[[], str], number: signal.Signals
):
    """Nobody opens half of it; from the end on, nobody opens the old one."""
    before = sums(SqliteSide(filled))
    source, url, code, said = ended_in_the_middle(filled, empty, number)
    if number is signal.SIGINT:
        assert code == FAILED
        assert "run `move` again, and it goes on" in said
    else:
        assert code == -number
    code, said = run(source=url)
    assert code == TO_MEND
    code, said = run("move", url, source=source)
    assert code == DONE
    assert "compared one by one" in said
    assert sums(PostgresSide(url)) == before
    code, said = run("orders", source=source)
    assert code == FAILED
    assert "was moved to PostgreSQL" in said


def grown(path: Path, rows: int) -> None:
    """Have a database hold so many rows more, of a kilobyte each."""
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO pushes (marketplace, msg_id, topic, received_at, state)"
            " VALUES ('1688', ?, ?, 1, 'used')",
            [(f"many {number}", "a long topic " * 60) for number in range(rows)],
        )


def test_no_room_on_the_server_it_goes_to(filled: Path, tmp_path: Path):
    """Broken off while tables are made or filled, the server perhaps with it: one line each time.

    With room again the same move goes on, to everything there was.
    """
    if os.geteuid() != 0:
        pytest.skip("only root mounts a small file system")
    grown(filled, 20_000)
    before = sums(SqliteSide(filled))
    with own_server({"wal_recycle": "off", "max_wal_size": "64MB"}, room=SERVERS_ROOM) as server:
        codes = []
        for number, left in enumerate(LEFT):
            source = tmp_path / f"copy-{number}.db"
            shutil.copy(filled, source)
            name, filler = server.create(), server.data / "filler"
            url = server.url(name)
            free = shutil.disk_usage(server.data).free
            filler.write_bytes(bytes(free - left * 1_000_000))
            code, said = run("move", url, source=source)
            codes.append(code)
            assert code in {FAILED, TO_MEND}, said
            assert "\n" not in said
            if code == FAILED:
                assert "nothing is lost: run `move` again, and it goes on" in said
            assert run("orders", source=source)[0] == DONE, "the old one is as it was"
            filler.unlink()
            for _ in range(STARTS):
                if is_up(server):
                    break
                time.sleep(0.5)
            code, said = run("move", url, source=source)
            assert (code, "compared one by one" in said) == (DONE, True), said
            assert sums(PostgresSide(url)) == before
            assert "was moved to PostgreSQL" in run("orders", source=source)[1]
            server.drop(name)
        assert codes[0] == TO_MEND
        assert codes[-1] == FAILED


def test_no_room_where_it_goes(filled: Path, empty: Callable[[], str], tmp_path: Path):
    """Back into a file on a full disk: broken off, and gone on with where there is room."""
    url, back = empty(), tmp_path / "back.db"
    grown(filled, 8000)
    assert run("move", url, source=filled)[0] == DONE
    before = sums(PostgresSide(url))
    code, said = run("move", str(back), source=url, limit=4_000_000)
    assert code == FAILED
    assert "\n" not in said
    assert "run `move` again, and it goes on" in said
    code, said = run("move", str(back), source=url)
    assert code == DONE
    assert sums(SqliteSide(back)) == before


def test_each_refusal_is_one_line_and_touches_nothing(
    filled: Path, empty: Callable[[], str], tmp_path: Path
):
    """Code 2: there is something to mend, and nothing was copied."""
    before = sums(SqliteSide(filled))
    other_key, other_bot = {"DATA_KEY": "11" * 32}, {"BOT_TOKEN": "456:x"}
    begun = empty()
    code, _ = run("orders", source=begun)
    assert code == DONE
    for words, settings, says in (
        ([begun], other_key, "sealed with another key"),
        ([begun], other_bot, "belongs to the bot 123; BOT_TOKEN is of 456"),
        (["postgresql://nobody@127.0.0.1:1/x"], {}, "nobody listens there"),
        ([str(tmp_path / "other.db")], {}, "from SQLite to PostgreSQL or back"),
        (["postgresql://x:s3cret@h@d/x"], {}, "%40 for @"),
    ):
        code, said = run("move", *words, source=filled, **settings)
        assert (code, said.count("\n")) == (TO_MEND, 0), said
        assert says in said
        assert "s3cret" not in said
    with held(filled):
        code, said = run("move", begun, source=filled)
        assert code == TO_MEND
        assert "in use by a running bot" in said
    assert sums(SqliteSide(filled)) == before
    assert run("move", begun, source=filled)[0] == DONE
