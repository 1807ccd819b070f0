"""Several bots over one PostgreSQL: killed, stopped and woken in turn.

At the end what they kept is moved into a file, where it is read as every soak's.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field

import httpx
from processes import ROOT, BotProcess, free_port
from soak_database import Database

from tests.loopback import http_client

_BETWEEN = (1.5, 5.0)  # seconds
_STOPPED = (0.3, 8.0)  # seconds; a lease lasts three
_WORKS_BEFORE = 0.8  # of the kills wait for one bot at least that works
_LOOKS_FOR = 2.0  # seconds
_READY = 200
_MOVES_WITHIN = 300
_STARTS, _BEFORE_A_START = 20, 0.5  # so often a bot is started at the end; seconds
_NO_DATABASE = 2  # as whatever else an operator has to look at


@dataclass
class Replicas:
    """All bots of a soak, the first of which everybody else knows, over one database."""

    bots: list[BotProcess]
    database: Database | None = None
    rng: random.Random = field(default_factory=random.Random)
    did: Counter[str] = field(default_factory=Counter)

    @property
    def others(self) -> list[BotProcess]:
        """Those that only replicas have."""
        return self.bots[1:]

    def join(self, count: int, database: Database) -> None:
        """Have so many over a database, with one key."""
        (first,) = self.bots
        self.database = database
        first.environment |= {
            "DATABASE_URL": database.url(0),
            "DATA_KEY_FILE": str(first.folder / "bot.key"),
        }
        for number in range(1, count):
            folder = first.folder / f"replica{number}"
            folder.mkdir()
            another = BotProcess.__new__(BotProcess)
            another.__dict__.update(first.__dict__, folder=folder, log=folder / "bot.log")
            another.port = free_port()
            own = {"LISTEN": f"127.0.0.1:{another.port}", "DATABASE_URL": database.url(number)}
            another.environment = {**first.environment, **own}
            self.bots.append(another)

    async def start(self) -> None:
        """Start the others when the first is there, and has made the key."""
        for each in self.others:
            each.start()
        for each in self.others:
            await each.ready()

    async def trouble(self) -> None:
        """Kill or stop one after the other, until cancelled; who ended is started again."""
        stops: set[asyncio.Task[None]] = set()
        try:
            while True:
                await asyncio.sleep(self.rng.uniform(*_BETWEEN))
                self._supervise()
                if self.rng.random() < _WORKS_BEFORE:
                    await self.work()
                running = [
                    each for each in self.bots if each.process and each.process.poll() is None
                ]
                if not running:
                    continue
                victim = self.rng.choice(running)
                if self.rng.random() < 0.5:
                    self.did["kill -9"] += 1
                    victim.kill()
                elif not stops:
                    self.did["stopped and woken"] += 1
                    task = asyncio.create_task(self._stop(victim))
                    stops.add(task)
                    task.add_done_callback(stops.discard)
        finally:
            for each in stops:
                each.cancel()

    async def work(self) -> None:
        """Wait until one of them is at work: a busy machine takes long to start them."""
        async with http_client(timeout=_LOOKS_FOR) as http:
            while True:
                for each in self.bots:
                    with contextlib.suppress(httpx.TransportError):
                        answer = await http.get(f"http://127.0.0.1:{each.port}/readyz")
                        if answer.status_code == _READY:
                            return
                self._supervise()
                await asyncio.sleep(_LOOKS_FOR / 4)

    async def _stop(self, bot: BotProcess) -> None:
        _send(bot, signal.SIGSTOP)
        try:
            await asyncio.sleep(self.rng.uniform(*_STOPPED))
        finally:
            _send(bot, signal.SIGCONT)

    def _supervise(self) -> None:
        for each in self.bots:
            code = each.process.poll() if each.process is not None else None
            if code is None:
                continue
            if code == os.EX_TEMPFAIL:
                self.did["ended, to start again"] += 1
            elif code == _NO_DATABASE and self.database is not None and self.database.did:
                self.did["started without a database"] += 1
            elif code != -signal.SIGKILL:
                raise RuntimeError(f"a bot ended with {code}:\n{each.log.read_text()[-2000:]}")
            each.start()

    async def rest(self) -> None:
        """Have all of them up. Who was replaced notices it by and by, ends, and starts again."""
        for each in self.bots:
            _send(each, signal.SIGCONT)
        waiting = [asyncio.ensure_future(self._up(each)) for each in self.bots]
        await asyncio.gather(*waiting)

    async def _up(self, bot: BotProcess) -> None:
        """Wait until it is ready, whenever it has to be started again for that."""
        for _ in range(_STARTS):
            self._supervise()
            try:
                return await bot.ready()
            except AssertionError:  # it ended while it was waited for
                await asyncio.sleep(_BEFORE_A_START)
        raise RuntimeError(f"a bot was never ready:\n{bot.log.read_text()[-2000:]}")

    def stop(self) -> int:
        """Stop the others, and take what all kept into the first one's file."""
        codes = [self._stopped(each) for each in self.bots]
        if self.database is not None:
            first = self.bots[0]
            moved = subprocess.run(
                [sys.executable, "-m", "bot", "move", str(first.folder / "bot.db")],
                cwd=ROOT,
                env=first.environment,
                check=False,
                timeout=_MOVES_WITHIN,
                capture_output=True,
                text=True,
            )
            if moved.returncode:
                said = f"{moved.stdout[-2000:]}{moved.stderr[-2000:]}"
                raise RuntimeError(f"move ended with {moved.returncode}: {said}")
            with first.log.open("ab") as log:
                for each in self.others:
                    log.write(each.log.read_bytes())
        return max(codes)

    def _stopped(self, bot: BotProcess) -> int:
        """Stop one; who noticed only now that it was replaced has ended by itself."""
        code = bot.stop()
        if code == os.EX_TEMPFAIL:
            self.did["ended, to start again"] += 1
            return 0
        return code

    def end(self) -> None:
        """End whatever still runs."""
        for each in self.bots:
            if each.process is not None and each.process.poll() is None:
                _send(each, signal.SIGCONT)
                each.kill()


def _send(bot: BotProcess, number: signal.Signals) -> None:
    if bot.process is not None and bot.process.poll() is None:
        bot.process.send_signal(number)
