"""A PostgreSQL under the soak: crashed, full, cut off, and followed by its standby.

The standby confirms every commit. Once it has taken over, the server of before becomes its standby.
Each bot has a way of its own to both, so that one alone can be cut off.
"""

import asyncio
import contextlib
import os
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.cutting import Cutting
from tests.postgres import Server, copy_to_standby, is_up, own_server, standby_of

_ROOM = 480  # MB, of which a soak needs a third
_SETTINGS = {
    "max_connections": "100",
    "max_wal_size": "64MB",
    "wal_keep_size": "64MB",
    "wal_recycle": "off",
}
_BETWEEN = (6.0, 14.0)  # seconds
_SILENT = (1.0, 9.0)  # a lease lasts three
_ALL_SILENT = (1.0, 5.0)
_FULL = (2.0, 8.0)
_STARTS_AGAIN_WITHIN = 60
_EVERYBODY_CONFIRMS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
_NOBODY_CONFIRMS = "ALTER SYSTEM RESET synchronous_standby_names"
_READ_AGAIN = "SELECT pg_reload_conf()"


@dataclass
class Database:
    """A primary and its standby, and what was done to them."""

    servers: tuple[Server, Server]
    small: Server | None  # which of them is on a small file system
    name: str
    rng: random.Random
    ways: list[tuple[Cutting, Cutting]] = field(default_factory=list)  # of each bot to both
    did: Counter[str] = field(default_factory=Counter)
    _primary: int = 0

    @property
    def primary(self) -> Server:
        """The server that writes."""
        return self.servers[self._primary]

    @property
    def standby(self) -> Server:
        """The one that follows it."""
        return self.servers[1 - self._primary]

    def url(self, bot: int) -> str:
        """Return the address of the database for one bot."""
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in self.ways[bot])
        more = "target_session_attrs=read-write&sslmode=disable"
        return f"postgresql://snaporder@{hosts}/{self.name}?{more}"

    async def trouble(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do one thing after another to it, until cancelled; then it is whole.

        `work` waits until it is used.
        """
        kinds = [self._crash, self._cut_one, self._cut_all, self._fall_silent, self._fail_over]
        while True:
            await asyncio.sleep(self.rng.uniform(*_BETWEEN))
            await work()
            full = [self._fill] if self.primary is self.small else []
            await _whole(self.rng.choice([*kinds, *full])())

    async def _crash(self) -> None:
        self.did["database restarted"] += 1
        await asyncio.to_thread(self.primary.stop, "immediate")
        await asyncio.to_thread(self.primary.start)

    async def _cut_one(self) -> None:
        """Nothing comes through to one bot any more, and no connection ends."""
        self.did["one bot cut off silently"] += 1
        async with _silent(self.rng.choice(self.ways)):
            await asyncio.sleep(self.rng.uniform(*_SILENT))

    async def _fall_silent(self) -> None:
        self.did["all bots cut off silently"] += 1
        async with _silent([each for ways in self.ways for each in ways]):
            await asyncio.sleep(self.rng.uniform(*_ALL_SILENT))

    async def _cut_all(self) -> None:
        """All connections end with a reset, of one bot or of all."""
        self.did["connections reset"] += 1
        for ways in self.ways if self.rng.random() < 0.5 else [self.rng.choice(self.ways)]:
            for each in ways:
                each.reset()

    async def _fill(self) -> None:
        """There is no room on the disk for some seconds."""
        self.did["disk full"] += 1
        with no_room(self.primary):
            await asyncio.sleep(self.rng.uniform(*_FULL))
        for _ in range(_STARTS_AGAIN_WITHIN):
            if await asyncio.to_thread(is_up, self.primary):
                return
            await asyncio.sleep(1)
        raise RuntimeError("the database did not start again with room on its disk")

    async def _fail_over(self) -> None:
        self.did["failover to the standby"] += 1
        await asyncio.to_thread(self._follow)

    def _follow(self) -> None:
        """The standby takes over from a primary that crashed, which then follows it."""
        before, after = self.primary, self.standby
        before.stop("immediate")
        after.program("pg_ctl", "promote", "-D", after.data, "-w")
        self._primary = 1 - self._primary
        after.sql(_NOBODY_CONFIRMS, _READ_AGAIN)
        _copy(after, before)
        before.start()
        after.sql(_EVERYBODY_CONFIRMS, _READ_AGAIN)


def _copy(primary: Server, standby: Server) -> None:
    """Make a server that stopped the standby of another."""
    for each in standby.data.iterdir():
        shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
    copy_to_standby(primary, standby)


@contextmanager
def no_room(server: Server) -> Iterator[None]:
    """Fill a server's file system to its last page."""
    filler = server.data / "filler"
    with filler.open("wb", buffering=0) as file:
        for piece in (b"\0" * 1_000_000, b"\0" * 4096):
            with contextlib.suppress(OSError):
                while True:
                    file.write(piece)
    try:
        yield
    finally:
        filler.unlink()


@contextlib.asynccontextmanager
async def _silent(ways: Iterable[Cutting]) -> AsyncIterator[None]:
    with ExitStack() as stack:
        for each in ways:
            stack.enter_context(each.silent())
        yield


async def _whole(doing: Coroutine[Any, Any, None]) -> None:
    """Bring it to its end even if nobody waits for it any more."""
    task = asyncio.create_task(doing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


@contextmanager
def database(bots: int, seed: int) -> Iterator[Database | None]:
    """Run a primary and a standby for so many bots; nothing for a bot that is alone."""
    if bots < 2:
        yield None
        return
    room = _ROOM if os.geteuid() == 0 else None  # only root mounts a small file system
    with own_server(_SETTINGS, room=room) as primary, standby_of(primary) as standby:
        name = primary.create()
        primary.sql(_EVERYBODY_CONFIRMS, _READ_AGAIN)
        made = Database((primary, standby), primary if room else None, name, random.Random(seed))
        with ExitStack() as stack:
            for _ in range(bots):
                one, other = (stack.enter_context(Cutting(each.port)) for each in made.servers)
                made.ways.append((one, other))
            yield made
