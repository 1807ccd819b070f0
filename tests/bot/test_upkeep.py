"""What runs beside the updates goes on whatever one of its tasks meets."""

import asyncio
from typing import Any

from bot.storage.ports import Retention, StorageUnavailable
from bot.telling.alarms import Alarms
from bot.telling.upkeep import Upkeep
from tests.fakes.memory_storage import MemoryStorage


class _Alarms(Alarms):
    looks = 0

    async def look(self) -> None:
        type(self).looks += 1
        if self.looks == 1:
            raise StorageUnavailable("database is locked")
        if self.looks == 2:
            raise ZeroDivisionError


class _Unused:
    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def test_a_failing_look_is_repeated() -> None:
    """A storage that is out of order, or a bug, puts one look off and ends nothing."""
    storage = MemoryStorage()
    alarms = _Alarms(_Unused(), storage, [], 1, lambda: False)
    upkeep = Upkeep(storage, _Unused(), _Unused(), alarms, Retention(), look_every=0.01)
    task = asyncio.create_task(upkeep.run())
    for _ in range(200):
        if alarms.looks >= 4:
            break
        await asyncio.sleep(0.01)
    assert alarms.looks >= 4
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
