"""What replicas that share a database ask of it: who is alive, who does what, how much is left.

A run of a replica has a number that never comes back. While that number is known to the database
everything it wrote counts, and no other takes what it holds; from the moment it is not, nothing of
that run can be committed any more (`bot.storage.ports.Fenced`). See docs/decisions/ on replicas.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from enum import StrEnum
from typing import Protocol

NEWER = "newer"
"""The bell that says how many steps of the schema a release has to know from now on."""


class Held(StrEnum):
    """What a lease is of; its key says which one."""

    LANE = "lane"  # a chat's updates; the key is the lane's number
    ORDER = "order"  # bringing an order to its end; the key is its number
    WATCH = "watch"  # looking for what shows up late beside a settled order
    READING = "reading"  # reading or changing an order at the marketplace
    DUTY = "duty"  # what one replica does for all, such as polling; the key is its name


class ReplicaPort(Protocol):
    """The database as replicas meet in it. Everything raises `StorageUnavailable`."""

    @property
    def number(self) -> int:
        """The number of this run, from `join` on."""

    async def join(self) -> bool:
        """Be one of the replicas; return whether no other was alive."""

    async def beat(self) -> tuple[int, ...]:
        """Say that this one is alive and return the numbers of all who are, in their order.

        Those whose last word is too old are declared dead with it. Raises `Fenced` when that was
        done to this one.
        """

    async def retire(self) -> None:
        """Get no new lanes: `beat` names this one no more, though all that it holds is its own."""

    async def leave(self) -> None:
        """Be none of them any more, so that others go on at once."""

    async def take(self, what: Held, keys: Iterable[str]) -> frozenset[str]:
        """Take leases that nobody alive holds; return those that are ours now, or were before."""

    async def give_back(self, what: Held, key: str) -> None:
        """Give a lease back, if it is ours."""

    async def ring(self, bell: str) -> None:
        """Have all replicas hear something. A hint: it may be lost, or come late."""

    def bells(self) -> AsyncIterator[str]:
        """Listen; yields '' when something may have been missed. Ends with its connection."""

    async def draw(self, what: str, most: float, wanted: int) -> tuple[int, float]:
        """Draw from an allowance that all share: `most` a second, as many at once.

        Returns how many there are, at most `wanted`, and the seconds until the next.
        """

    def on_join(self, assign: Callable[[int], int]) -> None:
        """Have new lanes given to whom `assign` names for a lane's number."""
