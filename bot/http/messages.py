"""What is asked and what is answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

MOST_BYTES: Final = 64 * 1024 * 1024
"""So many bytes of an answer, unpacked, are read unless a caller says otherwise."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is sent piece by piece; `size` in bytes, None when it is not known."""

    pieces: Iterable[bytes]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `url` is encoded already and goes out as it is; it is kept out of texts."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Upload | None = None


class Patience(NamedTuple):
    """Seconds each part of an exchange may take; None is no limit, 0 no patience at all.

    `pool` until a connection is free, `connect` until it stands (proxy and TLS included), `write`
    for each piece of the body, `read` from byte to byte of the answer.
    """

    pool: float | None = None
    connect: float | None = None
    write: float | None = None
    read: float | None = None


class Headers(Mapping[str, str]):
    """An answer's headers; names are found in any case, the first of several counts."""

    __slots__ = ("raw",)

    def __init__(self, raw: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self.raw = raw

    def __getitem__(self, name: str) -> str:
        found = self.first(name.lower().encode("latin-1"))
        if found is None:
            raise KeyError(name)
        return found.decode("latin-1")

    def first(self, name: bytes) -> bytes | None:
        """Return the value as it came of a name in lower case; None without one."""
        size = len(name)
        for known, value in self.raw:
            if len(known) == size and known.lower() == name:
                return value
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.decode("latin-1").lower() for name, _ in self.raw))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.raw})


class Answer(NamedTuple):
    """A whole answer, unpacked."""

    status: int
    headers: Headers
    content: bytes
