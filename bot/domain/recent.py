"""A memory of bounded size: what was not asked for the longest goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Kept = TypeVar("_Kept")


class Recent(Generic[_Key, _Kept]):
    """At most `most` values by their keys."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()

    def get(self, key: _Key) -> _Kept | None:
        """Return what is kept under a key, which makes it the latest."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: _Key, value: _Kept) -> None:
        """Keep a value; the one that was not asked for the longest may go."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, key: _Key) -> None:
        """Forget what is kept under a key."""
        self._kept.pop(key, None)

    def items(self) -> list[tuple[_Key, _Kept]]:
        """Return all that is kept, without making any of it the latest."""
        return list(self._kept.items())

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)
