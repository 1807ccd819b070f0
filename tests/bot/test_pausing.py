"""A pause that ends early by an event, and at once by a cancellation."""

import asyncio

import pytest

from bot.process.pausing import happens


async def test_it_tells_whether_the_event_came_in_time() -> None:
    """True as soon as it came, False when the time is over."""
    event = asyncio.Event()
    assert not await happens(event, 0.001)
    asyncio.get_running_loop().call_soon(event.set)
    assert await happens(event, 60)


@pytest.mark.parametrize("turns", range(4))
async def test_a_cancellation_in_the_same_moment_as_the_event_is_kept(turns: int) -> None:
    """Whichever turn of the loop it falls into: a task that is ended does not go on."""
    event, rounds = asyncio.Event(), 0

    async def works_for_ever() -> None:
        nonlocal rounds
        while True:
            await happens(event, 60)
            event.clear()
            rounds += 1

    task = asyncio.create_task(works_for_ever())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=60)
    assert task.cancelled()
    assert rounds <= 1
