"""Starting: what is wrong is said in one line that names the variable; what may pass is awaited."""

import asyncio
import base64
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from crashing import Own, own_world, until
from processes import ROOT, free_port

from tests.loopback import http_client
from tests.tiers import slow_but

GOOD = {
    "BOT_TOKEN": "123456789:sandbox-token",
    "MARKETPLACE_APP_KEY": "key",
    "MARKETPLACE_APP_SECRET": "planted-secret",
}
_BYTECODE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


def _run(folder: Path, **settings: str) -> tuple[int, list[str]]:
    """Start the bot where nothing else is configured; return its exit code and lines."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", *_BYTECODE) if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(ROOT), "DATABASE_URL": str(folder / "bot.db")}
    environment |= {"LISTEN": f"127.0.0.1:{free_port()}", **GOOD, **settings}
    environment = {name: value for name, value in environment.items() if value != "-"}
    done = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, [line for line in done.stderr.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    with own_world() as own:
        yield own


async def test_settings_are_refused_by_name(tmp_path: Path) -> None:
    """The real process: exit code 2, a line for each thing to mend, no traceback, no secret."""
    code, lines = _run(tmp_path, BOT_TOKEN="-", MARKETPLACE_APP_SECRET="-", LISTEN="nowhere")
    assert code == 2
    assert len(lines) == 3
    assert lines[0].startswith("BOT_TOKEN is missing: set it")
    assert lines[1].startswith("MARKETPLACE_APP_SECRET is missing: set it")
    assert lines[2].startswith("LISTEN: write it as host:port")


@pytest.mark.parametrize(
    ("spoil", "says"),
    slow_but(
        ["token"],
        [
            ("corrupt", "DATABASE_URL: "),
            ("folder", "DATABASE_URL: "),
            ("newer", "DATABASE_URL: "),
            ("key", "DATABASE_URL: "),
            ("bad key", "DATA_KEY: it holds "),
            ("listen", "LISTEN: can't listen on 127.0.0.1:"),
            ("token", "BOT_TOKEN: Telegram refuses this token"),
            ("webhook", "WEBHOOK_URL: Telegram refuses it"),
        ],
    ),
)
def test_what_cannot_be_used_is_said_in_one_line(
    spoil: str, says: str, tmp_path: Path, own: Own
) -> None:
    """Exit code 2 and one line; the rest of the log has no traceback and no secret."""
    settings = {"TELEGRAM_API_URL": own.world.chat, "MARKETPLACE_URL": own.world.marketplace}
    database = tmp_path / "bot.db"
    taken = socket.socket()
    match spoil:
        case "corrupt":
            database.write_bytes(b"this is no database at all, just words" * 100)
        case "folder":
            database.mkdir()
        case "newer":
            with sqlite3.connect(database) as connection:
                connection.execute("PRAGMA user_version = 9999")
        case "key":
            assert _run(tmp_path, **settings, BOT_TOKEN="1:refused")[0] == 2
            settings["DATA_KEY"] = base64.b64encode(os.urandom(32)).decode()
        case "bad key":
            settings["DATA_KEY"] = "short"
        case "listen":
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            settings["LISTEN"] = f"127.0.0.1:{taken.getsockname()[1]}"
        case "token":
            settings["BOT_TOKEN"] = "999999:another-bot"
        case "webhook":
            settings |= {"WEBHOOK_URL": "http://example.com", "WEBHOOK_SECRET": "x"}
    code, lines = _run(tmp_path, **settings)
    taken.close()
    assert code == 2, lines
    assert [line for line in lines if not line.startswith("{")] == [lines[-1]], lines
    assert lines[-1].startswith(says)
    everything = "\n".join(lines)
    assert "Traceback" not in everything
    assert "another-bot" not in everything
    assert "planted-secret" not in everything


async def test_telegram_that_cannot_be_reached_is_waited_for(own: Own) -> None:
    """The bot is alive but not ready meanwhile, and serves as soon as Telegram answers."""
    async with own.clients() as clients:
        await clients.fault("getMe", "http_502_html", times=1)
        await clients.fault("getMe", "cut_before", times=1)
        await clients.fault("deleteWebhook", "flood_429", retry_after=1, times=1)
        before = own.bot.log.stat().st_size if own.bot.log.exists() else 0
        own.bot.start()
        try:
            health = f"http://127.0.0.1:{own.bot.port}"
            async with http_client() as http:

                async def alive() -> bool:
                    try:
                        return (await http.get(f"{health}/healthz")).status_code == 200
                    except httpx.TransportError:
                        return False

                await until(alive)
                assert (await http.get(f"{health}/readyz")).status_code == 503
            await own.bot.ready()
            buyer = await clients.arrive()
            await buyer.say("/start", "Snaporder")
        finally:
            assert own.bot.stop() == 0
            await clients.no_faults()
        log = own.bot.log.read_bytes()[before:].decode()
        assert log.count("telegram_unreachable") == 2
        assert log.count("flood_control") == 1


async def test_stopping_while_telegram_is_awaited_exits_at_once(tmp_path: Path, own: Own) -> None:
    """SIGTERM before the first contact is a clean end too. No secret is among its arguments."""
    own.bot.forked = False
    async with own.clients() as clients:
        await clients.fault("getMe", "http_500")

        async def asked() -> int:
            answer = await clients.telegram.get("/sandbox/botapi/calls?method=getMe&limit=1")
            return int(answer.json()["counts"].get("getMe", 0))

        async def asked_again() -> bool:
            return await asked() > before

        before = await asked()
        own.bot.start()
        await until(asked_again)
        assert own.bot.process is not None
        assert _arguments(own.bot.process.pid) == ["-m", "bot"]
        assert await asyncio.to_thread(own.bot.stop) == 0
        await clients.no_faults()


def _arguments(pid: int) -> list[str]:
    """What anybody on the machine may read of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text("utf-8").rstrip("\0").split("\0")[1:]
