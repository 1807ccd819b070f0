"""Waiting for something for so long at most, in a way that can always be ended."""

import asyncio


async def happens(event: asyncio.Event, within: float) -> bool:
    """Wait for an event; tell whether it came `within` seconds.

    Not by `asyncio.wait_for`: that of Python 3.11 takes a cancellation for the event when both come
    in one turn of the loop. A task that works for ever would go on for ever, and whoever ends the
    process waits for it.
    """
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return False
    return True
