"""What a host does to the bot: kills, downtimes, copies put back, a wall clock that is stepped."""

import asyncio
import os
import random
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from processes import ROOT, BotProcess

_KILLED_AFTER_ITS_START = 0.85  # the others may be killed while it starts
_STEPS = (180, 3600, -2400, 0)  # seconds off the true time
_NEWEST = 0.6  # of the restores put the newest copy back, the others one of the last few
_COPIES = 5
_IN_FLIGHT = (
    "SELECT count(*) FROM orders WHERE placing IN ('claimed', 'creating', 'uncertain')"
    " AND forgotten = 0"
)


@dataclass(frozen=True)
class Copy:
    """A backup: its file, and when it was begun, in seconds since 1970 by the true clock."""

    file: Path
    begun: float
    in_flight: int


@dataclass(frozen=True)
class Restore:
    """A copy that was put back, when the bot was started on it, and the database it replaced."""

    copy: Copy
    at: float
    replaced: Path


@dataclass
class HostClock:
    """The bot's wall clock, through libfaketime. Its monotonic clock stays as it is."""

    file: Path
    library: Path
    steps: int = 0
    _offset: int = 0

    def environment(self) -> dict[str, str]:
        self._write(0)
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Else threads that wait for Python's own lock do not wait but spin (0.9.10).
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "FAKETIME_CACHE_DURATION": "1",  # seconds; read at each call, it slows the bot down
            "NO_FAKE_STAT": "1",
        }

    def step(self, rng: random.Random) -> None:
        """Have the clock show another time within a second; the bot may run or not."""
        self._write(rng.choice([each for each in _STEPS if each != self._offset]))
        self.steps += 1

    def set_right(self) -> None:
        self._write(0)

    def _write(self, offset: int) -> None:
        """In one piece, since the bot reads it at any moment."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{offset:+d}s")
        draft.replace(self.file)
        self._offset = offset


def faketime_library() -> Path | None:
    """Return libfaketime, None where it is not installed."""
    folders = [*Path("/usr/lib").glob("*-linux-gnu*/faketime"), Path("/usr/lib/faketime")]
    found = [each / "libfaketimeMT.so.1" for each in folders]
    return next((each for each in found if each.exists()), None)


@dataclass(frozen=True)
class Trouble:
    """How often each thing happens, in seconds, 0 for never. `stays_down` is a share of the kills.

    Clock steps need a `HostClock` as well.
    """

    kill_every: float = 5.0
    stays_down: float = 0.2
    restore_every: float = 45.0
    step_every: float = 30.0


@dataclass
class Host:
    """Does all of it at random moments. Cancelled in a downtime, it leaves the bot down."""

    bot: BotProcess
    random: random.Random
    trouble: Trouble
    clock: HostClock | None = None
    hold_up: Callable[[], Awaitable[None]] | None = None  # keeps orders under way for a copy
    kills: int = 0
    downtimes: int = 0
    restores: list[Restore] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    _database: asyncio.Lock = field(default_factory=asyncio.Lock)  # copied or replaced, not both
    _restoring: asyncio.Task[None] | None = None

    def tasks(self) -> list[asyncio.Task[None]]:
        """Start what was asked for."""
        going: list[asyncio.Task[None]] = []
        if self.trouble.kill_every or self.trouble.restore_every:
            going.append(asyncio.create_task(self._processes()))
        if self.trouble.restore_every:
            going.append(asyncio.create_task(self._copies()))
        if self.trouble.step_every and self.clock:
            going.append(asyncio.create_task(self._clock(self.clock)))
        return going

    async def come_to_rest(self) -> None:
        """With the tasks cancelled: end a restore under way, and set the clock right."""
        if self._restoring:
            await self._restoring
        if self.clock:
            self.clock.set_right()

    async def _processes(self) -> None:
        every = self.trouble.kill_every or self.trouble.restore_every
        due = time.monotonic() + self._soon(self.trouble.restore_every)
        while True:
            began = time.monotonic()
            if self.random.random() < _KILLED_AFTER_ITS_START:
                await self.bot.ready()
                # A machine that takes long to start the bot also takes long to do anything.
                start = max(1.0, time.monotonic() - began)
                await asyncio.sleep(self.random.uniform(0.5, 2.0) * start)
            await asyncio.sleep(max(0.2, began + self._soon(every) - time.monotonic()))
            process = self.bot.process
            if process is None or process.poll() is not None:
                raise RuntimeError("the bot ended by itself:\n" + self.bot.log.read_text()[-3000:])
            if self.trouble.restore_every and self.copies and time.monotonic() >= due:
                async with self._database:
                    self._restoring = asyncio.create_task(self._restore())
                    await asyncio.shield(self._restoring)
                due = time.monotonic() + self._soon(self.trouble.restore_every)
            elif self.trouble.kill_every:
                await self._kill()

    async def _kill(self) -> None:
        self.bot.kill()
        self.kills += 1
        if self.random.random() < self.trouble.stays_down:
            await asyncio.sleep(self._soon(self.trouble.kill_every))
            self.downtimes += 1
        self.bot.start()

    async def _restore(self) -> None:
        """Stop the bot, put a copy back, start it again."""
        if self.random.random() < 0.5:
            self.bot.kill()
        elif code := await asyncio.to_thread(self.bot.stop):
            raise RuntimeError(f"the bot ended with code {code}")
        newest = self.random.random() < _NEWEST
        copy = self.copies[-1] if newest else self.random.choice(self.copies[-_COPIES:])
        before = set(self._replaced())
        code, said = await _command(self.bot, "restore", str(copy.file))
        if code:
            raise RuntimeError(f"restore ended with {code}: {said}")
        (replaced,) = set(self._replaced()) - before
        self.restores.append(Restore(copy, time.time(), replaced))
        self.bot.start()

    def _replaced(self) -> Iterable[Path]:
        return self.bot.folder.glob("bot.db.replaced-*")

    async def _copies(self) -> None:
        """Copy beside the running bot, rather while something is being ordered."""
        while True:
            await asyncio.sleep(self._soon(self.trouble.restore_every) / 8)
            async with self._database:
                await self._copy()

    async def _copy(self) -> None:
        database = self.bot.folder / "bot.db"
        if self.hold_up:
            await self.hold_up()
        for _ in range(60):  # three seconds
            if in_flight(database):
                break
            await asyncio.sleep(0.05)
        file, begun = self.bot.folder / f"copy-{len(self.copies)}.db", time.time()
        code, said = await _command(self.bot, "backup", str(file))
        if code:
            raise RuntimeError(f"backup ended with {code}: {said}")
        self.copies.append(Copy(file, begun, in_flight(file)))

    async def _clock(self, clock: HostClock) -> None:
        while True:
            await asyncio.sleep(self._soon(self.trouble.step_every))
            clock.step(self.random)

    def _soon(self, every: float) -> float:
        return every * self.random.uniform(0.5, 1.5)


def in_flight(database: Path) -> int:
    """Count the orders of a database, which may be in use, that are claimed or not clear yet."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as books:
        return int(books.execute(_IN_FLIGHT).fetchone()[0])


async def _command(bot: BotProcess, *words: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *words),
        cwd=os.fspath(ROOT),
        env=bot.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, output.decode()
