"""Bots that are stopped at what they commit, whatever that is: before it, and after it.

A proxy before the database reads what each bot sends. What a commit changes is known by its
statements, so every durable boundary of what the bots do meanwhile is found by itself: each kind of
change is a place to stop at the first time it is seen, before its commit arrives and after.
"""

import asyncio
import contextlib
import re
import signal
import socket
import struct
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from company import Company, ended_to_start_again, send
from crashing import until
from processes import START_AGAIN, BotProcess

_CHANGES = re.compile(r"\b(INSERT INTO|(?<!DO )UPDATE|DELETE FROM) \"?(\w+)\"?")
_STATE = re.compile(rb"[a-z][a-z_]{3,20}")
_STATES_OF = ("orders", "notices", "inbox", "group_buys", "payments", "proofs", "posts", "leases")
BEFORE, AFTER = "before", "after"


@dataclass
class Boundaries:
    """Which changes bots were stopped at, and which were only seen."""

    stop: Callable[[int, str, str], None]
    """Called with which bot, the side and the change, in the proxy's thread."""
    tables: re.Pattern[str]
    """Which tables' changes are a place to stop at; the rest is tried by another life."""
    may_stop: Callable[[int], bool] = lambda _: True
    """Whether a bot runs: one that is only starting is waited for."""
    every_side: bool = True
    """Whether each change is stopped at on both sides; else on one, which its name says."""
    armed: bool = False
    met: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at_commit(self, bot: int, changes: set[str]) -> str | None:
        """Tell on which side of a commit of these changes its bot is stopped, if it is."""
        changes = {each for each in changes if self.tables.fullmatch(each.split()[1])}
        with self._lock:
            if not self.armed or not self.may_stop(bot):
                return None
            for side in (BEFORE, AFTER):
                here = {each for each in changes if self.every_side or _side_of(each) == side}
                new = {(each, side) for each in here} - self.met
                if new:
                    self.armed = False
                    self.met |= new
                    self.stop(bot, side, ", ".join(sorted(each for each, _ in new)))
                    return side
            return None


def _side_of(change: str) -> str:
    return (BEFORE, AFTER)[zlib.crc32(change.encode()) % 2]


class Gate:
    """A proxy before the database for one bot; unencrypted connections only."""

    def __init__(self, port: int, bot: int, boundaries: Boundaries) -> None:
        self._port, self._bot, self._boundaries = port, bot, boundaries
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.commits = 0
        """How many commits the server has confirmed to this bot."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                for target, one, other in (
                    (self._to_server, client, server),
                    (self._to_client, server, client),
                ):
                    threading.Thread(target=target, args=(one, other), daemon=True).start()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        said = _Said()
        with suppress(OSError), client, server:
            while data := client.recv(65536):
                for piece, changes in said.heard(data):
                    if changes is not None:
                        side = self._boundaries.at_commit(self._bot, changes)
                        if side == BEFORE:
                            self.goes_on.wait()
                    server.sendall(piece)
            # The client ended. Closing alone says nothing while another thread reads of it.
            server.shutdown(socket.SHUT_RDWR)

    def _to_client(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError), client:
            while data := server.recv(65536):
                self.commits += data.count(b"C\0\0\0\x0bCOMMIT\0")
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)


class _Said:
    """What one connection says in PostgreSQL's protocol, so far as it tells what is committed."""

    def __init__(self) -> None:
        self._left = b""
        self._has_begun = False
        self._statements: dict[bytes, str] = {}
        self._changes: set[str] = set()

    def heard(self, data: bytes) -> Iterator[tuple[bytes, set[str] | None]]:
        """Yield what is to be passed on, each with what it commits if it is a commit."""
        self._left += data
        passed = b""
        while (size := self._size()) is not None:
            message, self._left = self._left[:size], self._left[size:]
            if self._is_commit(message):
                if passed:
                    yield passed, None
                passed = b""
                changes, self._changes = self._changes, set()
                yield message, changes
            else:
                passed += message
        if passed:
            yield passed, None

    def _size(self) -> int | None:
        """Return how long the next message is, None while it is not whole."""
        head = 1 if self._has_begun else 0
        if len(self._left) < head + 4:
            return None
        size = head + int(struct.unpack_from("!i", self._left, head)[0])
        if len(self._left) < size:
            return None
        self._has_begun = True
        return size

    def _is_commit(self, message: bytes) -> bool:
        kind, body = message[:1], message[5:]
        if kind == b"P":
            name, statement, _ = body.split(b"\0", 2)
            self._statements[name] = statement.decode()
            return statement == b"COMMIT"
        if kind == b"B":
            self._bound(body)
        return False

    def _bound(self, body: bytes) -> None:
        _, name, rest = body.split(b"\0", 2)
        statement = self._statements.get(name, "")
        # Rows go with what is theirs, or by upkeep's purge, whose turn no life can wait for.
        tables = [
            f"{verb.split()[0].lower()} {table}"
            for verb, table in _CHANGES.findall(statement)
            if verb != "DELETE FROM" or table == "leases"
        ]
        states = sorted(
            each.decode() for each in _values(rest) if each is not None and _STATE.fullmatch(each)
        )
        for each in tables:
            words = states if each.split()[1] in _STATES_OF else []
            self._changes.add(" ".join([each, *words]))


def _values(bound: bytes) -> Iterator[bytes | None]:
    """Yield a bound statement's values."""
    (formats,) = struct.unpack_from("!h", bound)
    at = 2 + 2 * formats
    (count,) = struct.unpack_from("!h", bound, at)
    at += 2
    for _ in range(count):
        (size,) = struct.unpack_from("!i", bound, at)
        at += 4
        yield None if size < 0 else bound[at : at + size]
        at += max(size, 0)


@dataclass
class Stopped:
    """One that was stopped: which, on which side of what, and how it went on."""

    bot: int
    side: str
    change: str
    committed: int = 0


class Stopper:
    """Stops bots at their boundaries while others take over, one at a time, and wakes them."""

    def __init__(self, gates_of: int, port: int, tables: str, *, every_side: bool = True) -> None:
        self._loop = asyncio.get_running_loop()
        self._stops: asyncio.Queue[Stopped] = asyncio.Queue()
        self.company: Company | None = None
        self.boundaries = Boundaries(self._stop, re.compile(tables), every_side=every_side)
        self.gates = [Gate(port, each, self.boundaries) for each in range(gates_of)]
        self.stops: list[Stopped] = []
        self._up = set(range(gates_of))
        self.boundaries.may_stop = self._up.__contains__
        self._comes = asyncio.Event()
        self._is_over = False

    def _stop(self, bot: int, side: str, change: str) -> None:
        assert self.company is not None
        if side == BEFORE:
            self.gates[bot].goes_on.clear()
        self._up.discard(bot)
        send(self.company.bots[bot], signal.SIGSTOP)
        self._loop.call_soon_threadsafe(self._stops.put_nowait, Stopped(bot, side, change))

    async def run(self) -> None:
        """Until cancelled: have whoever was stopped declared dead, woken and started again."""
        async with asyncio.TaskGroup() as others:
            others.create_task(self._watch_over())
            while True:
                stop = await self._stops.get()
                self.stops.append(stop)
                await self._replaced(stop)
                others.create_task(self._back(stop))
                # Somebody has to be there for the next one's work.
                while len(self._up) < 2:
                    await self._comes.wait()
                    self._comes.clear()
                self.boundaries.armed = not self._is_over

    async def all_are_back(self) -> None:
        """Stop nobody any more, and wait until everybody runs."""
        self._is_over = True
        self.boundaries.armed = False

        async def are_back() -> bool:
            return self._stops.empty() and len(self._up) == len(self.gates)

        await until(are_back)

    async def _watch_over(self) -> None:
        """Start again whoever ended though nobody stopped it: a busy machine does so as well."""
        while True:
            for number in sorted(self._up):
                bot = self._known().bots[number]
                if bot.process is not None and bot.process.poll() == START_AGAIN:
                    self._up.discard(number)
                    bot.start()
                    await bot.ready()
                    self._up.add(number)
                    self._comes.set()
            await asyncio.sleep(0.1)

    async def _replaced(self, stop: Stopped) -> None:
        """Wait until others count a stopped one as dead; then wake it. It commits nothing more."""
        bot, gate = self._bot(stop), self.gates[stop.bot]
        assert bot.process is not None
        name = f"%/{bot.process.pid}"

        async def is_dead() -> bool:
            look = "SELECT 1 FROM replicas WHERE name LIKE %s"
            return not await asyncio.to_thread(self._known().rows, look, name)

        try:
            await until(is_dead)
            stop.committed = gate.commits
        finally:
            gate.goes_on.set()
            send(bot, signal.SIGCONT)

    async def _back(self, stop: Stopped) -> None:
        bot = self._bot(stop)
        await ended_to_start_again(bot)
        assert self.gates[stop.bot].commits == stop.committed, f"{stop}: it committed once woken"
        bot.start()
        await bot.ready()
        self._up.add(stop.bot)
        self._comes.set()

    def _known(self) -> Company:
        assert self.company is not None
        return self.company

    def _bot(self, stop: Stopped) -> BotProcess:
        return self._known().bots[stop.bot]


@contextlib.asynccontextmanager
async def stopping(stopper: Stopper, company: Company) -> AsyncIterator[None]:
    """Stop bots at each boundary that they come to within."""
    stopper.company = company
    stopper.boundaries.armed = True
    running = asyncio.create_task(stopper.run())
    within = asyncio.current_task()
    assert within is not None
    # What it finds is said at once: nobody would start those again that were stopped since.
    running.add_done_callback(lambda ended: ended.cancelled() or within.cancel())
    try:
        yield
        await stopper.all_are_back()
    except asyncio.CancelledError:
        if running.done():
            running.result()
        raise
    finally:
        stopper.boundaries.armed = False
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
