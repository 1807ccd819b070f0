"""Several bots over one PostgreSQL, for trying in a browser: a page that kills and stops them.

Whoever ended is started again, as systemd or a container engine would. PostgreSQL's own programs
are needed; the database is thrown away with the demonstration.
"""

import asyncio
import contextlib
import html
import os
import pwd
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from aiohttp import web

_LOOPBACK: Final = "127.0.0.1"
_STARTS_AGAIN: Final = 1.0  # seconds
_STOPPED: Final = 8.0  # seconds; the others take over after three
_ENDS_WITHIN: Final = 30.0
_ENDS: Final = {
    -signal.SIGKILL: "was killed",
    os.EX_TEMPFAIL: "ended as others had its work",
}
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="2">
<title>Bots</title><style>
body{{font:16px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:38rem;padding:0 1rem}}
li{{display:flex;gap:.5rem;align-items:center;padding:.5rem 0;border-bottom:1px solid #ddd}}
ul{{list-style:none;padding:0}}span{{flex:1}}button{{font:inherit;padding:.4rem .8rem}}
</style><h1>Bots over one database</h1><ul>{rows}</ul>
<p>Chats of a bot that is killed or stopped are answered by another after about three seconds.
One that was stopped and woken ends, since others have its work, and is started again.
<p><a href="{chat}">To the chats</a></html>"""
_ROW: Final = """<li><span>Bot {number}: {state}</span>
<form method="post" action="/bots/{number}/kill"><button>Kill</button></form>
<form method="post" action="/bots/{number}/stop"><button>Stop, wake later</button></form></li>"""


class NoPostgresError(Exception):
    """PostgreSQL's programs are not here; the text says how to get them."""


@dataclass
class _Bot:
    number: int
    environment: Mapping[str, str]
    process: asyncio.subprocess.Process | None = None
    state: str = "starting"


class Bots:
    """So many bots, started again whenever they end, and the page about them."""

    def __init__(self, folder: Path, environments: list[dict[str, str]], chat: str) -> None:
        self._folder = folder
        self._chat = chat
        self._bots = [_Bot(number, each) for number, each in enumerate(environments, 1)]
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Run them; gives the page's address."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self._show),
                web.post(r"/bots/{number:\d+}/{deed:kill|stop}", self._do),
            ]
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, _LOOPBACK, 0).start()
        keeping = [asyncio.create_task(self._keep(each)) for each in self._bots]
        try:
            yield f"http://{_LOOPBACK}:{runner.addresses[0][1]}/"
        finally:
            for task in (*keeping, *self._tasks):
                task.cancel()
            await asyncio.gather(*map(self._end, self._bots))
            await runner.cleanup()

    async def _keep(self, bot: _Bot) -> NoReturn:
        before = ""
        while True:
            with (self._folder / f"bot{bot.number}.log").open("ab") as log:
                bot.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", env=bot.environment, stdout=log, stderr=log
                )
                bot.state = f"runs since {_now()}{before}"
                ended = _ENDS.get(code := await bot.process.wait(), f"ended with {code}")
            before = f", {ended} before"
            bot.state = f"{ended}, is started again"
            await asyncio.sleep(_STARTS_AGAIN)

    async def _end(self, bot: _Bot) -> None:
        if bot.process is None or bot.process.returncode is not None:
            return
        bot.process.send_signal(signal.SIGCONT)
        bot.process.terminate()
        try:
            async with asyncio.timeout(_ENDS_WITHIN):
                await bot.process.wait()
        except TimeoutError:
            bot.process.kill()

    async def _show(self, _: web.Request) -> web.Response:
        rows = "".join(
            _ROW.format(number=each.number, state=html.escape(each.state)) for each in self._bots
        )
        page = _PAGE.format(rows=rows, chat=html.escape(self._chat))
        return web.Response(text=page, content_type="text/html")

    async def _do(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if not 0 < number <= len(self._bots):
            raise web.HTTPNotFound
        bot = self._bots[number - 1]
        if bot.process is not None and bot.process.returncode is None:
            if request.match_info["deed"] == "kill":
                bot.process.kill()
            else:
                task = asyncio.create_task(self._stop(bot))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        raise web.HTTPSeeOther("/")

    async def _stop(self, bot: _Bot) -> None:
        process = bot.process
        if process is None:
            return
        process.send_signal(signal.SIGSTOP)
        bot.state = f"stopped at {_now()}"
        await asyncio.sleep(_STOPPED)
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)


@contextlib.asynccontextmanager
async def database(port: int) -> AsyncIterator[str]:
    """A PostgreSQL of its own; gives its address. Raises `NoPostgresError`."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="snaporder-demo-"))
    as_user: tuple[str, ...] = ()
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
    data = str(folder / "data")
    control = (*as_user, str(programs / "pg_ctl"), "-D", data)
    try:
        await _run(
            *as_user, str(programs / "initdb"), "-D", data, "-U", "snaporder", "-A", "trust",
            "-E", "UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        options = f"-p {port} -c listen_addresses={_LOOPBACK} -c unix_socket_directories={folder}"
        await _run(*control, "-l", str(folder / "log"), "-o", options, "-w", "start")
        yield f"postgresql://snaporder@{_LOOPBACK}:{port}/postgres"
    finally:
        with contextlib.suppress(NoPostgresError):
            await _run(*control, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _now() -> str:
    return f"{datetime.now(UTC).astimezone():%H:%M:%S}"


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if on_path is not None:
        found.append(Path(on_path))
    if not found:
        raise NoPostgresError("several bots need PostgreSQL's programs: apt-get install postgresql")
    return found[-1].parent


async def _run(*command: str) -> None:
    nothing = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, cwd="/", stdin=nothing, stdout=nothing, stderr=nothing
    )
    if await process.wait():
        raise NoPostgresError(f"{Path(command[-2]).name} of PostgreSQL failed: {' '.join(command)}")
