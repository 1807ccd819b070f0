"""Waiting for others without holding up the chat.

A step that asks the marketplace says so where it waits; whoever runs the step decides whether
others of its chat may go ahead meanwhile (`bot/chat/walks.py`). Outside a step nothing happens.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Protocol


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


@contextmanager
def waits_as(waiter: Waiter | None) -> Iterator[None]:
    """Have whatever waits in the block wait as this step; as none with None."""
    token = _waiter.set(waiter)
    try:
        yield
    finally:
        _waiter.reset(token)
