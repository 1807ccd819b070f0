"""Rows as they were last committed, so that what was just written need not be read again."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from bot.domain.recent import Recent

_Key = TypeVar("_Key", bound=Hashable)
_Row = TypeVar("_Row")


class Lately(Generic[_Key, _Row]):
    """At most `most` rows of one table, as values.

    A process that alone writes the table, `alone`, need not read them again. Else each is read
    again, and what was remembered only spares making the same bytes a value once more (`same`).

    What was read is kept only while nothing was written since the read began: a read from
    before a commit may come back after it.
    """

    def __init__(self, most: int, *, alone: bool = True) -> None:
        self._rows: Recent[_Key, tuple[_Row, bytes | None]] = Recent(most)
        self._alone = alone
        self._changes = 0

    def get(self, key: _Key) -> _Row | None:
        """Return the row, None when it has to be read."""
        known = self._rows.get(key) if self._alone else None
        return None if known is None else known[0]

    def same(self, key: _Key, body: bytes) -> _Row | None:
        """Return what was made of a row whose body was the same, None when there is none."""
        known = self._rows.get(key)
        return None if known is None or known[1] != body else known[0]

    @property
    def moment(self) -> int:
        """When a read begins, for `read`."""
        return self._changes

    def read(self, key: _Key, row: _Row, began: int, body: bytes | None = None) -> None:
        """Keep what was made of a body that was read."""
        if began == self._changes or not self._alone:
            self._rows.put(key, (row, None if self._alone else body))

    def written(self, key: _Key, row: _Row, body: bytes | None = None) -> None:
        """Keep what was committed, with its body where that is at hand."""
        self._changes += 1
        if self._alone or body is not None:
            self._rows.put(key, (row, None if self._alone else body))

    def doubt(self, key: _Key) -> None:
        """Have a row read anew: what became of writing it is not known."""
        self._changes += 1
        self._rows.drop(key)

    def clear(self) -> None:
        """Have everything read anew."""
        self._changes += 1
        self._rows.clear()
