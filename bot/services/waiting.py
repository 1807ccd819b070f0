"""Waiting for others without holding up the chat.

A step that asks the marketplace says so where it waits; whoever runs the step decides whether
others of its chat may go ahead meanwhile (`bot/chat/walks.py`). Outside a step nothing happens.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def waiting(*, firm: bool = False) -> AsyncIterator[None]:
    """Wait for somebody else within the block; it must hold nothing and change nothing of ours.

    `firm` for what may not be given up half-way: a write to the marketplace with its reading.
    """
    waiter = _waiter.get()
    if waiter is None or not waiter.leave(firm=firm):
        yield
        return
    try:
        yield
    finally:
        await waiter.back()


def waits_as(waiter: Waiter | None) -> Bound[Waiter | None]:
    """Have whatever waits in the block wait as this step; as none with None."""
    return Bound(_waiter, waiter)
