"""The log that watchers of a chat wait on."""

import asyncio
import itertools

from sandbox.botapi.events import EventLog


async def test_an_event_at_the_very_end_of_a_wait_is_not_lost():
    """Whoever asks on from the newest number has seen everything up to it."""
    loop = asyncio.get_running_loop()
    for _ in range(20):
        log = EventLog(itertools.count(1))
        waiting = asyncio.create_task(log.wait(0, 0.005))
        await asyncio.sleep(0)
        loop.call_at(loop.time() + 0.005, log.append, "message")
        seen = await waiting
        assert bool(seen) == bool(log.seq)
