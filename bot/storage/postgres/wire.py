"""Prepared statements straight through libpq: what a cursor of psycopg's costs is saved.

Values and rows are psycopg's own adaptation, so both ways hold the same types. Statements whose
result nobody reads are sent with the next one whose result somebody does: one round trip, and one
turn of the thread, for all of them.
"""

import select
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult

Raw = psycopg.Connection[tuple[Any, ...]]
Seen = Callable[["Rows"], None]
Key = tuple[str, tuple[int, ...]]
"""What is prepared: a statement, and the types of its parameters."""
DONE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Rows:
    """What a statement gave."""

    __slots__ = ("_left", "command", "rowcount")

    def __init__(self, rows: list[Any], rowcount: int, command: bytes | None) -> None:
        self._left = iter(rows)
        self.rowcount = rowcount
        self.command = command
        """What the server says was done, such as COMMIT or ROLLBACK."""

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""
        return next(self._left, None)

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return list(self._left)

    def __iter__(self) -> Iterator[Any]:
        return self._left


class EarlierFailed(Exception):
    """A statement failed that was sent together with a later one: `cause` is of the earlier."""

    def __init__(self, cause: psycopg.Error) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Statements:
    """What a connection has prepared, and psycopg's adaptation of values and rows."""

    def __init__(self, raw: Raw) -> None:
        self._adapting = Transformer(raw)
        self._names: dict[Key, bytes] = {}
        self._numbered = 0

    def dumped(
        self, statement: str, parameters: Sequence[Any]
    ) -> tuple[Sequence[Any] | None, Sequence[Format] | None, Key]:
        """Return a statement's parameters as they are sent, and what it is prepared as."""
        if not parameters:
            return None, None, (statement, ())
        adapting = self._adapting
        values = adapting.dump_sequence(parameters, [PyFormat.BINARY] * len(parameters))
        return values, adapting.formats, (statement, tuple(adapting.types or ()))

    def known(self, key: Key) -> bytes | None:
        """Return the name under which a statement is prepared, if it is."""
        return self._names.get(key)

    def name(self, key: Key) -> bytes:
        """Name a statement that is about to be prepared."""
        self._numbered += 1
        name = self._names[key] = b"s%d" % self._numbered
        return name

    def forget(self, key: Key) -> None:
        """Have a statement prepared anew: it was not."""
        self._names.pop(key, None)

    def error(self, result: PGresult) -> psycopg.Error:
        """Return what a result that is none says."""
        if not result.error_field(DiagnosticField.SQLSTATE):
            # libpq's own word: the connection is lost.
            return psycopg.OperationalError(result.get_error_message())
        return error_from_result(result)

    def rows(self, result: PGresult) -> Rows:
        """Return what a statement gave."""
        rows: list[Any] = []
        if result.status == ExecStatus.TUPLES_OK:
            self._adapting.set_pgresult(result)
            rows = self._adapting.load_rows(0, result.ntuples, tuple)
        changed = result.command_tuples
        return Rows(rows, -1 if changed is None else changed, result.command_status)


class Wire:
    """A connection's statements, in one thread. Raises psycopg's errors."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._libpq = raw.pgconn
        self._statements = Statements(raw)
        self._sent: list[tuple[Key | None, Seen | None]] = []
        """What was sent and not read: whose preparing it is, or who sees its rows."""
        self.round_trips = 0
        """How often it was waited for the server; what is prepared counts as one more."""

    @property
    def is_awaited(self) -> bool:
        """Tell whether anybody is still to be told what a statement gave."""
        return any(seen is not None for _, seen in self._sent)

    def run(self, statement: str, parameters: Sequence[Any]) -> Rows:
        """Run a statement, and what was to be sent before it; return what it gave.

        Raises `EarlierFailed` for one of those.
        """
        if self._sent:
            found: list[Rows] = []
            earlier = len(self._sent)
            self.later(statement, parameters, found.append)
            self._settle(earlier)
            return found[0]
        values, formats, key = self._statements.dumped(statement, parameters)
        name = self._statements.known(key)
        if name is None:
            name = self._statements.name(key)
            self.round_trips += 1
            self._checked(self._libpq.prepare(name, statement.encode(), key[1]), key)
        self.round_trips += 1
        return self._statements.rows(
            self._checked(self._libpq.exec_prepared(name, values, formats, Format.BINARY))
        )

    def run_each(self, statement: str, listed: Sequence[Sequence[Any]]) -> list[Rows]:
        """Run a statement with each of several parameters, in one round trip; see `run`."""
        found: list[Rows] = []
        earlier = len(self._sent)
        for parameters in listed:
            self.later(statement, parameters, found.append)
        self._settle(earlier)
        return found

    def later(self, statement: str, parameters: Sequence[Any], seen: Seen | None = None) -> None:
        """Have a statement run with the next `run` or `settle`, which tells `seen` what it gave."""
        values, formats, key = self._statements.dumped(statement, parameters)
        self._into_pipeline()
        name = self._statements.known(key)
        if name is None:
            name = self._statements.name(key)
            self._libpq.send_prepare(name, statement.encode(), key[1])
            self._sent.append((key, None))
        self._libpq.send_query_prepared(name, values, formats, Format.BINARY)
        self._sent.append((None, seen))

    def later_plain(self, statement: bytes, seen: Seen | None = None) -> None:
        """The same for what is not worth preparing: the words around a transaction."""
        self._into_pipeline()
        self._libpq.send_query_params(statement, None, result_format=Format.BINARY)
        self._sent.append((None, seen))

    def settle(self, *, unheard: bool = False) -> None:
        """Run what was to be sent later, and tell nobody what it gave where that is no matter.

        Raises `EarlierFailed`, and what somebody raised who was told.
        """
        if unheard:
            self._sent = [(preparing, None) for preparing, _ in self._sent]
        self._settle(len(self._sent))

    def _into_pipeline(self) -> None:
        if not self._sent:
            self._libpq.enter_pipeline_mode()

    def _settle(self, earlier: int) -> None:
        """Read all results. `earlier` is how many were sent before the one that waits."""
        if not self._sent:
            return
        sent, self._sent = self._sent, []
        self.round_trips += 1
        try:
            self._libpq.pipeline_sync()
            results = self._received()
        except psycopg.Error:
            self._raw.close()  # lost, or out of step: of no more use
            raise
        failed = self._told(sent, results)
        if failed is not None:
            number, error = failed
            if number >= earlier or self._raw.closed:
                raise error
            raise EarlierFailed(error) from error

    def _told(
        self, sent: Sequence[tuple[Key | None, Seen | None]], results: Sequence[PGresult]
    ) -> tuple[int, psycopg.Error] | None:
        """Tell everybody what their statement gave; return which one failed, and of what.

        Raises what somebody raised who was told, once everything was looked at.
        """
        failed: tuple[int, psycopg.Error] | None = None
        refused: Exception | None = None
        for number, (preparing, seen) in enumerate(sent):
            result = results[number] if number < len(results) else None
            if failed is None and result is not None and result.status in DONE:
                refused = refused or self._tell(seen, result)
                continue
            if preparing is not None:
                self._statements.forget(preparing)
            if failed is None and result is not None:
                failed = number, self._statements.error(result)
        if refused is not None:
            raise refused
        return failed

    def _tell(self, seen: Seen | None, result: PGresult) -> Exception | None:
        if seen is not None:
            try:
                seen(self._statements.rows(result))
            except Exception as error:  # noqa: BLE001 - raised once everything was looked at
                return error
        return None

    def _received(self) -> list[PGresult]:
        """Wait for the results of what was sent, until the server says that there is no more."""
        libpq = self._libpq
        poll = select.poll()
        poll.register(libpq.socket, select.POLLIN | select.POLLOUT)
        while libpq.flush():
            # The server may wait until we read before it reads on.
            poll.poll()
            libpq.consume_input()
        poll.modify(libpq.socket, select.POLLIN)
        results: list[PGresult] = []
        ended = False
        while True:
            while libpq.is_busy():
                poll.poll()
                libpq.consume_input()
            result = libpq.get_result()
            if result is None:
                # One ends each statement; two are of a server that said its last word.
                if ended or libpq.status == ConnStatus.BAD:
                    return self._cut_short(results)
                ended = True
            elif result.status == ExecStatus.PIPELINE_SYNC:
                libpq.exit_pipeline_mode()
                return results
            else:
                ended = False
                results.append(result)
                if libpq.status == ConnStatus.BAD:
                    return self._cut_short(results)

    def _cut_short(self, results: list[PGresult]) -> list[PGresult]:
        """Return results that end with the server's own last word, else raise that it is gone."""
        said = self._libpq.get_error_message()
        self._raw.close()
        if results and results[-1].error_field(DiagnosticField.SQLSTATE):
            return results
        raise psycopg.OperationalError(said)

    def _checked(self, result: PGresult, preparing: Key | None = None) -> PGresult:
        if result.status not in DONE:
            if preparing is not None:
                self._statements.forget(preparing)
            raise self._statements.error(result)
        return result
