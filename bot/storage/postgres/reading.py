"""Single statements read on the event loop itself, over a connection of their own.

A thread costs a reading two changes of thread, and on a busy loop each waits for the interpreter's
lock. What is asked for in one turn of the loop is sent together, and takes one round trip.
"""

import asyncio
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psycopg
from msgspec import Struct
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult

from bot.storage.ports import StorageUnavailable
from bot.storage.postgres.connection import PostgresConnection, shut
from bot.storage.postgres.dialect import translated
from bot.storage.postgres.errors import unavailable
from bot.storage.postgres.wire import DONE, Key, Raw, Statements

_TRY_AGAIN = 0.5  # seconds


class NotRead(Exception):
    """Ask another connection: there is none here, or it was lost. Reading twice does no harm."""


class Reads:
    """Keeps a connection for reading on the loop, and opens another when it was lost."""

    def __init__(self, connect: Callable[[], Awaitable[PostgresConnection]]) -> None:
        """`connect` opens a connection and raises `StorageUnavailable`."""
        self._connect = connect
        self._line: _Line | None = None
        self._opening: asyncio.Task[None] | None = None
        self._closed = False

    def open(self) -> None:
        """Have a connection opened, now that there is none."""
        if self._opening is None and not self._closed:
            self._opening = asyncio.create_task(self._open(), name="storage reads")

    async def rows(self, sql: str, parameters: Sequence[object]) -> list[Any]:
        """Return the rows of a statement. Raises `NotRead` and `StorageUnavailable`."""
        if self._line is None or self._line.is_lost:
            self._line = None
            self.open()
            raise NotRead
        return await self._line.ask(translated(sql)[0], parameters)

    def waits(self, after: float) -> bool:
        """Tell whether an answer has not come for that many seconds."""
        return self._line is not None and self._line.waits(after)

    def hang_up(self, after: float = 0.0) -> None:
        """Give the connection up where an answer has not come for that many seconds."""
        if self._line is not None:
            self._line.hang_up(after)

    async def close(self) -> None:
        """Close it for good. Who still waits is sent elsewhere."""
        self._closed = True
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if self._line is not None:
            self._line.lose()
            self._line = None

    async def _open(self) -> None:
        try:
            self._line = _Line((await self._connect()).raw)
        except (StorageUnavailable, psycopg.OperationalError):
            if not self._closed:  # whoever reads meanwhile hears why
                await asyncio.sleep(_TRY_AGAIN)
        finally:
            self._opening = None


class _Asked(Struct):
    """One result that is to come: of a statement's preparing, or what a caller waits for."""

    key: Key
    waits: asyncio.Future[list[Any]] | None


class _Line:
    """One connection in libpq's pipeline mode, in the event loop's thread."""

    def __init__(self, raw: Raw) -> None:
        self._loop = asyncio.get_running_loop()
        self._raw = raw
        self._libpq = raw.pgconn
        self._statements = Statements(raw)
        self._turn: list[_Asked] = []
        """Sent in this turn of the loop, and not yet ended with a sync."""
        self._turns: deque[deque[_Asked]] = deque()
        """What the server has still to answer, turn by turn."""
        self._waits_since = 0.0
        self._was_end = self._is_full = self.is_lost = False
        self._libpq.nonblocking = 1
        self._libpq.enter_pipeline_mode()
        # A copy, since libpq closes its own as soon as it finds it lost.
        self._socket = os.dup(self._libpq.socket)
        self._loop.add_reader(self._socket, self._readable)

    async def ask(self, statement: str, parameters: Sequence[object]) -> list[Any]:
        """Return a statement's rows. Raises `NotRead` and `StorageUnavailable`."""
        waits: asyncio.Future[list[Any]] = self._loop.create_future()
        try:
            self._send(statement, parameters, waits)
        except psycopg.OperationalError as error:
            self.lose()
            raise NotRead from error
        except psycopg.Error as error:
            raise unavailable(error) from error
        return await waits

    def hang_up(self, after: float) -> None:
        """Have it found lost where an answer has not come for that many seconds."""
        if self.waits(after):
            shut(self._raw)

    def waits(self, after: float) -> bool:
        """Tell whether an answer has not come for that many seconds."""
        since = self._waits_since
        return bool(self._turns) and not self.is_lost and time.monotonic() - since >= after

    def lose(self) -> None:
        """Give it up; who waits is sent elsewhere."""
        if self.is_lost:
            return
        self.is_lost = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        os.close(self._socket)
        self._raw.close()
        for turn in (*self._turns, self._turn):
            for each in turn:
                if each.waits is not None and not each.waits.done():
                    each.waits.set_exception(NotRead())
        self._turns.clear()
        self._turn.clear()

    def _send(
        self, statement: str, parameters: Sequence[object], waits: asyncio.Future[list[Any]]
    ) -> None:
        values, formats, key = self._statements.dumped(statement, parameters)
        name = self._statements.known(key)
        if not self._turn:
            self._loop.call_soon(self._end_turn)
        if name is None:
            name = self._statements.name(key)
            self._libpq.send_prepare(name, statement.encode(), key[1])
            self._turn.append(_Asked(key, None))
        self._libpq.send_query_prepared(name, values, formats, Format.BINARY)
        self._turn.append(_Asked(key, waits))

    def _end_turn(self) -> None:
        """Ask the server to answer all that was sent in this turn."""
        if not self._turn:
            return
        if not self._turns:
            self._waits_since = time.monotonic()
        self._turns.append(deque(self._turn))
        self._turn = []
        try:
            self._libpq.pipeline_sync()
        except psycopg.OperationalError:
            self.lose()
        else:
            self._flush()

    def _flush(self) -> None:
        try:
            left = bool(self._libpq.flush())
        except psycopg.OperationalError:
            self.lose()
            return
        if left:
            self._loop.add_writer(self._socket, self._flush)
        elif self._is_full:
            self._loop.remove_writer(self._socket)
        self._is_full = left

    def _readable(self) -> None:
        libpq = self._libpq
        try:
            libpq.consume_input()
            while self._turns and not libpq.is_busy():
                self._take(libpq.get_result())
        except psycopg.OperationalError:
            self.lose()
            return
        if not self.is_lost and libpq.status == ConnStatus.BAD:
            self.lose()

    def _take(self, result: PGresult | None) -> None:
        """Take what the server says next."""
        if result is None:
            # One ends each statement; two are of a server that said its last word.
            if self._was_end:
                self.lose()
            self._was_end = True
            return
        self._was_end = False
        if result.status == ExecStatus.PIPELINE_SYNC:
            self._turns.popleft()
            self._waits_since = time.monotonic()
        elif self._turns[0]:
            self._answer(self._turns[0].popleft(), result)
        else:
            self.lose()  # more than was asked for: its last word

    def _answer(self, asked: _Asked, result: PGresult) -> None:
        if asked.waits is None:
            if result.status not in DONE:
                self._statements.forget(asked.key)
                # What it was prepared for comes next, and would only hear that it was left out.
                asked = self._turns[0][0]
            else:
                return
        if asked.waits is None or asked.waits.done():
            return
        if result.status in DONE:
            asked.waits.set_result(self._statements.rows(result).fetchall())
        elif result.status == ExecStatus.PIPELINE_ABORTED:
            asked.waits.set_exception(NotRead())
        else:
            asked.waits.set_exception(_mapped(self._statements.error(result)))


def _mapped(error: psycopg.Error) -> Exception:
    lost = isinstance(error, psycopg.OperationalError)
    if lost and not isinstance(error, psycopg.errors.QueryCanceled):
        return NotRead()
    return unavailable(error)
