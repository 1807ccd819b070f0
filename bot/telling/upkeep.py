"""What the bot does beside its updates: retention, alarms, following the operator's commands."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.intake.inbox import Intake
from bot.services.placing.ordering import Ordering
from bot.storage.ports import Retention, Storage, StorageUnavailable
from bot.telling.alarms import Alarms

_PURGE_EVERY = timedelta(hours=1).total_seconds()
_LOOK_EVERY = 10.0  # seconds between two looks for troubles
_ALIVE_EVERY = 10.0  # seconds; a copy made by hand is known as one when it is this much older
_LISTEN_EVERY = 2.0  # seconds until a command of the operator's is noticed
_log = structlog.get_logger(__name__)


class Upkeep:
    """Runs until cancelled; a storage that is out of order is tried again next time."""

    def __init__(
        self,
        storage: Storage,
        intake: Intake,
        ordering: Ordering,
        alarms: Alarms,
        keep: Retention,
        look_every: float = _LOOK_EVERY,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._storage = storage
        self._intake = intake
        self._ordering = ordering
        self._alarms = alarms
        self._keep = keep
        self._look_every = look_every
        self._nudges: int | None = None

    async def run(self) -> None:
        """Do everything at its own pace."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_every(_PURGE_EVERY, self._purge), name="purge")
            tasks.create_task(_every(self._look_every, self._alarms.look), name="alarms")
            tasks.create_task(_every(_LISTEN_EVERY, self._listen), name="nudges")
            tasks.create_task(_every(_ALIVE_EVERY, self._alive), name="alive")

    async def _purge(self) -> None:
        gone = await self._storage.upkeep.purge_old(self._keep)
        if any(gone.values()):
            _log.info("purged", **{what: count for what, count in gone.items() if count})

    async def _alive(self) -> None:
        await self._storage.runs.alive(self._clock())

    async def _listen(self) -> None:
        """Go on with orders that a command decided on and updates that it put back."""
        nudges = await self._storage.upkeep.nudges()
        if self._nudges is not None and nudges != self._nudges:
            await self._ordering.pick_up()
            await self._intake.requeue()
        self._nudges = nudges


async def _every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except StorageUnavailable as error:
            _log.warning("upkeep_put_off", work=work.__name__, error=str(error))
        except Exception:  # noqa: BLE001 - a bug here must not end the others' work
            _log.exception("upkeep_failed", work=work.__name__)
        await asyncio.sleep(seconds)
