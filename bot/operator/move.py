"""`python -m bot move URL`: from SQLite into PostgreSQL, or back."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator

from bot.operator import CommandRefused
from bot.settings import Settings
from bot.storage.moving import Digest, MoveDiffers, MoveRefused, lineage_of, was_moved
from bot.storage.moving import move as carry_over
from bot.storage.ports import DatabaseInUse, StorageUnavailable
from bot.storage.postgres.moving import PostgresSide
from bot.storage.sealing import Sealer, WrongKey
from bot.storage.sqlite.moving import SqliteSide
from bot.storage.sqlite.ownership import Ownership
from bot.wiring.parts import build_sealer, build_storage

_GOES_ON = "nothing is lost: run `move` again, and it goes on from there"


def move(settings: Settings, url: str) -> str:
    """Copy everything into an empty database of the other kind; return what is to be said of it.

    Raises `CommandRefused` and `StartupError` where nothing was copied, and `StorageUnavailable`
    where it broke off: then it goes on when it is run again.
    """
    where = sys.stdin.readline().strip() if url == "-" else url
    try:
        target = settings.model_validate({**dict(settings), "database_url": where})
    except ValueError as error:
        raise CommandRefused("give the address as DATABASE_URL has it") from error
    kinds = {settings.database_path is None, target.database_path is None}
    if len(kinds) == 1:
        raise CommandRefused("a move is from SQLite to PostgreSQL or back: for one kind use copies")
    sealer = build_sealer(settings)
    return _Move(settings, target, sealer).run()


class _Move:
    def __init__(self, source: Settings, target: Settings, sealer: Sealer) -> None:
        self._source, self._target, self._sealer = source, target, sealer

    def run(self) -> str:
        path = self._source.database_path
        if path is not None and not path.exists():
            raise CommandRefused(f"DATABASE_URL: there is no {path.absolute()}")
        with contextlib.ExitStack() as stack:
            with self._refusing():
                # Both get the newest schema, and refuse another key.
                for each in (self._source, self._target):
                    stack.enter_context(self._owned(each))
                    asyncio.run(self._migrate(each))
            try:
                # On no loop: an interruption ends it at once, and what is under way is undone.
                moved, name = self._copied()
            except (MoveRefused, DatabaseInUse) as error:
                raise CommandRefused(str(error)) from error
            except MoveDiffers:
                raise
            except StorageUnavailable as error:
                raise StorageUnavailable(f"{error}; {_GOES_ON}") from error
            except KeyboardInterrupt as error:
                raise StorageUnavailable(f"broken off; {_GOES_ON}") from error
        return (
            f"{moved.rows} rows of {len(moved.tables)} tables are in {name}, compared one by one."
            f" Now set DATABASE_URL to it; the key stays the same. What was there refuses to be"
            " opened, and is yours to delete."
        )

    @contextlib.contextmanager
    def _owned(self, settings: Settings) -> Iterator[None]:
        if settings.database_path is None:
            yield  # its server tells who has it open
            return
        ownership = Ownership(settings.database_path)
        ownership.take()
        try:
            yield
        finally:
            ownership.give_back()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        """What keeps a bot from starting keeps a move from beginning."""
        try:
            yield
        except (StorageUnavailable, DatabaseInUse) as error:
            raise CommandRefused(str(error)) from error

    async def _migrate(self, settings: Settings) -> None:
        storage = build_storage(settings, alone=True, even_moved=True)
        await storage.open()
        try:
            moved = await was_moved(storage.database)
        finally:
            await storage.close()
        if moved and settings is self._target:
            raise CommandRefused("the database to move to was itself moved away: name an empty one")

    def _copied(self) -> tuple[Digest, str]:
        with contextlib.ExitStack() as stack:
            source, target = self._side(self._source, stack), self._side(self._target, stack)
            return carry_over(source, target, self._unseal, lineage_of(source), _tell), target.name

    def _side(self, settings: Settings, stack: contextlib.ExitStack) -> SqliteSide | PostgresSide:
        side: SqliteSide | PostgresSide = (
            SqliteSide(settings.database_path)
            if settings.database_path is not None
            else PostgresSide(settings.database_url)
        )
        stack.callback(side.close)
        return side

    def _unseal(self, sealed: bytes, place: str) -> bytes:
        try:
            return self._sealer.open(sealed, place)
        except WrongKey as error:
            raise StorageUnavailable(str(error)) from error


def _tell(table: str, rows: int) -> None:
    print(f"{table}: {rows}", file=sys.stderr, flush=True)  # noqa: T201 - how far it has come
