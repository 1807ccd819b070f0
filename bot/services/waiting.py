"""Waiting for others without holding up the chat.

A step that asks the marketplace says so where it waits; whoever runs the step decides whether
others of its chat may go ahead meanwhile (`bot/chat/walks.py`). Outside a step nothing happens.
"""

from contextvars import ContextVar
from typing import Protocol

from bot.process.bound import Bound


class Waiter(Protocol):
    """A step that can let others go ahead."""

    def leave(self, *, firm: bool) -> bool:
        """Begin to wait; False when this wait is none of its own (another task's, or within one).

        Whoever goes ahead may give a wait up that is not `firm`: it ends in `CancelledError`.
        """
        ...

    async def back(self) -> None:
        """End the wait, once it is its turn again."""
        ...


_waiter: ContextVar[Waiter | None] = ContextVar("waiter", default=None)


class waiting:  # noqa: N801 - read as what the block does
    """Wait for somebody else within the block; it must hold nothing and change nothing of ours.

    `firm` for what may not be given up half-way: a write to the marketplace with its reading.
    """

    __slots__ = ("_firm", "_left")

    def __init__(self, *, firm: bool = False) -> None:
        self._firm = firm

    async def __aenter__(self) -> None:
        waiter = _waiter.get()
        self._left = waiter if waiter is not None and waiter.leave(firm=self._firm) else None

    async def __aexit__(self, *_: object) -> None:
        if self._left is not None:
            await self._left.back()


def waits_as(waiter: Waiter | None) -> Bound[Waiter | None]:
    """Have whatever waits in the block wait as this step; as none with None."""
    return Bound(_waiter, waiter)
