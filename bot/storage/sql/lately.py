"""Rows as they were last committed, so that what was just written need not be read again."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from bot.domain.recent import Recent

_Key = TypeVar("_Key", bound=Hashable)
_Row = TypeVar("_Row")


class Lately(Generic[_Key, _Row]):
    """At most `most` rows of one table. Holds for one process that alone writes the table, `alone`.

    Else nothing is kept: what another process wrote is seen by reading alone.

    What was read is kept only while nothing was written since the read began: a read from
    before a commit may come back after it.
    """

    def __init__(self, most: int, *, alone: bool = True) -> None:
        self._rows: Recent[_Key, _Row] = Recent(most)
        self._alone = alone
        self._changes = 0

    def get(self, key: _Key) -> _Row | None:
        """Return the row, None when it has to be read."""
        return self._rows.get(key)

    @property
    def moment(self) -> int:
        """When a read begins, for `read`."""
        return self._changes

    def read(self, key: _Key, row: _Row, began: int) -> None:
        """Keep what was read."""
        if self._alone and began == self._changes:
            self._rows.put(key, row)

    def written(self, key: _Key, row: _Row) -> None:
        """Keep what was committed."""
        self._changes += 1
        if self._alone:
            self._rows.put(key, row)

    def doubt(self, key: _Key) -> None:
        """Have a row read anew: what became of writing it is not known."""
        self._changes += 1
        self._rows.drop(key)

    def clear(self) -> None:
        """Have everything read anew."""
        self._changes += 1
        self._rows.clear()
